import { Link } from '@tanstack/react-router';
import { useMessages } from '../app/preferences.ts';
import { buttonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Waves } from '../ui/notice.tsx';
import { ExampleList } from './example-list.tsx';

/** What an empty server shows: something to run. */
export default function FirstRun() {
  const messages = useMessages();
  return (
    <div className="mx-auto max-w-5xl py-6 sm:py-10">
      <div className="mb-8 flex flex-col items-center text-center">
        <Waves />
        <h1 className="text-2xl font-semibold">{messages.noExecutions}</h1>
        <p className="mt-2 max-w-lg text-pretty text-soft">{messages.noExecutionsText}</p>
        <Link to="/workflows/new" className={`mt-4 ${buttonClass()}`}>
          <Icon name="edit" />
          {messages.writeOwn}
        </Link>
      </div>
      <ExampleList />
    </div>
  );
}
