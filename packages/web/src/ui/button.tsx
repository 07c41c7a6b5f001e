import type { ButtonHTMLAttributes } from 'react';
import { Icon, type IconName } from './icon.tsx';

export type ButtonLook = 'plain' | 'primary' | 'danger' | 'destroy' | 'quiet';

const looks: Readonly<Record<ButtonLook, string>> = {
  plain: 'bg-surface border-line-strong hover:bg-hover text-ink',
  primary: 'bg-accent border-accent text-on-accent hover:opacity-90',
  danger: 'bg-surface border-line-strong text-faulted hover:bg-faulted-soft',
  destroy: 'bg-faulted border-faulted text-bg hover:opacity-90',
  quiet: 'border-transparent text-soft hover:bg-hover hover:text-ink',
};

/** The classes of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = 'plain'): string {
  return `inline-flex min-h-9 items-center justify-center gap-2 rounded-lg border px-3 py-1.5 font-medium whitespace-nowrap transition-colors disabled:opacity-50 ${looks[look]}`;
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: ButtonLook;
  readonly icon?: IconName;
}

export function Button({ look = 'plain', icon, className = '', children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={`${buttonClass(look)} ${className}`}>
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon: IconName;
  readonly label: string;
}

/** A button without words: `label` is what is read aloud and shown on hovering. */
export function IconButton({ icon, label, className = '', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={`inline-flex size-9 items-center justify-center rounded-lg text-soft transition-colors hover:bg-hover hover:text-ink disabled:opacity-40 ${className}`}
    >
      <Icon name={icon} />
    </button>
  );
}
