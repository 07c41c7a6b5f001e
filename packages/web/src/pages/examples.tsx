import { useMessages } from '../app/preferences.ts';
import { usePageTitle } from '../app/use-page-title.ts';
import { ExampleList } from '../examples/example-list.tsx';

/** Workflows to begin with, each run by a click. */
export function ExamplesPage() {
  const messages = useMessages();
  usePageTitle(messages.examples);
  return (
    <>
      <h1 className="text-xl font-semibold">{messages.examples}</h1>
      <p className="mt-1 mb-6 max-w-2xl text-pretty text-soft">{messages.examplesText}</p>
      <ExampleList />
    </>
  );
}
