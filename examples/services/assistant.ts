/**
 * A language model behind the usual chat interface. Asked for the first time it writes an amount as text, as models
 * do; told what was wrong, it does better.
 */
import { listOf, memberOf, Refusal, type Routes, textOf } from './service.ts';

const keyCharactersMin = 8;

export function createAssistant(): Routes {
  return {
    'POST /v1/chat/completions': (call) => {
      const [scheme, key = ''] = String(call.headers.authorization).split(' ');
      if (scheme !== 'Bearer' || key.length < keyCharactersMin)
        throw new Refusal(401, 'no valid key was sent');
      const messages = listOf(call, 'messages');
      const corrected = messages.some((message) => memberOf(message, 'role') === 'assistant');
      const content = corrected
        ? { number: 'R-1042', total: 1234.5, currency: 'EUR' }
        : { number: 'R-1042', total: 'EUR 1,234.50', currency: 'EUR' };
      return {
        delayMs: 20,
        body: {
          model: textOf(call, 'model'),
          choices: [{ message: { role: 'assistant', content: JSON.stringify(content) } }],
        },
      };
    },
  };
}
