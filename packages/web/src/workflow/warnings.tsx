import { useMessages } from '../app/preferences.ts';

export interface WarningsProps {
  readonly title: string;
  readonly places: readonly {
    readonly pointer: string;
    readonly line: number;
    readonly message: string;
  }[];
}

/** What is sound and will not do what its author expects, with its lines; nothing when there is none. */
export function Warnings({ title, places }: WarningsProps) {
  const messages = useMessages();
  if (places.length === 0) return null;
  return (
    <div className="rounded-xl bg-waiting-soft px-4 py-3 text-waiting">
      <p className="font-medium">{title}</p>
      <ul className="mt-1 text-[13px]">
        {places.map(({ pointer, line, message }) => (
          <li key={pointer}>
            {messages.line(line)}: {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
