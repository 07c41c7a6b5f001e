import { Menu } from '@base-ui/react/menu';
import type { ReactNode } from 'react';
import { language, type Theme, theme, useMessages } from '../app/preferences.ts';
import { useSignal } from '../app/use-signal.ts';
import { isLanguage, languages } from '../messages/messages.ts';
import { IconButton } from './button.tsx';
import { Icon } from './icon.tsx';

const itemClass =
  'flex min-h-9 items-center justify-between gap-6 rounded-md px-2.5 outline-none select-none data-highlighted:bg-hover';

/** Theme, language and the help on keys. */
export function SettingsMenu({ onHelp }: { readonly onHelp: () => void }) {
  const messages = useMessages();
  const themes = { system: messages.themeSystem, light: messages.themeLight, dark: messages.themeDark };
  return (
    <Menu.Root>
      <Menu.Trigger render={<IconButton icon="gear" label={messages.settings} />} />
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="z-50">
          <Menu.Popup className="min-w-52 rounded-xl border border-line bg-surface p-1.5 shadow-raised outline-none">
            <Choices
              label={messages.theme}
              value={useSignal(theme)}
              choices={Object.entries(themes)}
              onChange={(next) => theme.set(next as Theme)}
            />
            <Menu.Separator className="my-1.5 h-px bg-line" />
            <Choices
              label={messages.languageName}
              value={useSignal(language)}
              choices={Object.entries(languages).map(([name, each]) => [name, each.language])}
              onChange={(next) => (isLanguage(next) ? language.set(next) : undefined)}
            />
            <Menu.Separator className="my-1.5 h-px bg-line" />
            <Menu.Item className={itemClass} onClick={onHelp}>
              {messages.keyboardHelp}
              <kbd className="font-mono text-faint">?</kbd>
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

interface ChoicesProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
}

function Choices({ label, value, choices, onChange }: ChoicesProps): ReactNode {
  return (
    <Menu.Group>
      <Menu.GroupLabel className="px-2.5 py-1 text-[12.5px] text-faint">{label}</Menu.GroupLabel>
      <Menu.RadioGroup value={value} onValueChange={(next) => onChange(String(next))}>
        {choices.map(([each, text]) => (
          <Menu.RadioItem key={each} value={each} className={itemClass} closeOnClick>
            {text}
            <Menu.RadioItemIndicator>
              <Icon name="check" className="text-accent" />
            </Menu.RadioItemIndicator>
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </Menu.Group>
  );
}
