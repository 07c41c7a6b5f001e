import { JqSyntaxError } from './errors.ts';
import { Lexer } from './lexer.ts';

/**
 * Finds where an embedded expression ends. `offset` is just after an opening `${`; the answer is the offset of
 * the `}` that closes it, with braces, strings, their interpolations and comments of jq taken into account.
 * -1 if there is none.
 */
export function findEnd(source: string, offset: number): number {
  const lexer = new Lexer(source, offset);
  try {
    for (;;) {
      const outside = lexer.nesting === 0;
      const token = lexer.next();
      if (token.type === 'end') return -1;
      if (outside && token.text === '}') return token.start;
    }
  } catch (error) {
    if (error instanceof JqSyntaxError) return -1;
    throw error;
  }
}
