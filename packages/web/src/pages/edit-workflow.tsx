import { lower, parse, type SourceError, unsupportedPlaces } from '@millrace/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useDeferredValue, useMemo, useState } from 'react';
import { ApiError } from '../api/api-error.ts';
import { api } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import { usePageTitle } from '../app/use-page-title.ts';
import { LeaveDialog } from '../editor/leave-dialog.tsx';
import { newText } from '../editor/new-text.ts';
import { useDraft } from '../editor/use-draft.ts';
import { graphOf } from '../graph/graph.ts';
import { GraphPanel } from '../graph/graph-panel.tsx';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { LoadProblem } from '../ui/load-problem.tsx';
import { ProblemNotice, Skeleton } from '../ui/notice.tsx';
import { Warnings } from '../workflow/warnings.tsx';

const Editor = lazy(() => import('../editor/editor.tsx'));
const route = getRouteApi('/workflows/$namespace/$name/$version/edit');

export function NewWorkflowPage() {
  const messages = useMessages();
  usePageTitle(messages.newWorkflow);
  return <EditPage title={messages.newWorkflow} place="new" initial={newText} />;
}

export function EditWorkflowPage() {
  const messages = useMessages();
  const reference = route.useParams();
  usePageTitle(reference.name);
  const workflow = useQuery({
    queryKey: ['workflow', reference],
    queryFn: ({ signal }) => api.workflow(reference, signal),
    refetchOnWindowFocus: false,
  });
  if (workflow.isError)
    return <LoadProblem problem={workflow.error} to="/workflows" onRetry={() => void workflow.refetch()} />;
  if (workflow.data === undefined) return <Skeleton className="h-[70dvh] w-full !rounded-xl" />;
  const { id, source } = workflow.data;
  return (
    <EditPage key={id} title={`${messages.editWorkflow}: ${reference.name}`} place={id} initial={source} />
  );
}

const size = 'h-[min(70dvh,820px)]';

interface EditPageProps {
  readonly title: string;
  /** names the draft */
  readonly place: string;
  readonly initial: string;
}

function EditPage({ title, place, initial }: EditPageProps) {
  const messages = useMessages();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const draft = useDraft(place, initial);
  const { text, setText, close } = draft;
  // Discarding makes the editor anew.
  const [discarded, setDiscarded] = useState(0);
  const parsed = useParsed(text);
  const publish = useMutation({
    mutationFn: () => api.publish(text),
    onSuccess: async ({ namespace, name, version }) => {
      close();
      await queries.invalidateQueries({ queryKey: ['workflows'] });
      await navigate({ to: '/workflows/$namespace/$name/$version', params: { namespace, name, version } });
    },
  });
  const taken = publish.error instanceof ApiError && publish.error.status === 409;
  return (
    <>
      <header className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-xl font-semibold">{title}</h1>
        <Button
          look="primary"
          icon="check"
          disabled={parsed.errors.length > 0 || publish.isPending}
          onClick={() => publish.mutate()}
        >
          {publish.isPending ? messages.publishing : messages.publish}
        </Button>
      </header>
      {publish.isError ? (
        <div className="mb-4">
          <ProblemNotice problem={publish.error} />
          {taken ? <p className="mt-2 text-soft">{messages.publishedAlready}</p> : null}
        </div>
      ) : null}
      {draft.restored && draft.differs ? (
        <p role="status" className="mb-4 flex flex-wrap items-center gap-3 text-soft">
          {messages.draftKept}
          <Button
            onClick={() => {
              setText(initial);
              setDiscarded(discarded + 1);
            }}
          >
            {messages.draftDiscard}
          </Button>
        </p>
      ) : null}
      <LeaveDialog isChanged={draft.isChanged} onLeave={close} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 lg:grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)]">
        <div>
          <div
            className={`card overflow-hidden focus-within:border-accent focus-within:ring-1 focus-within:ring-accent ${size}`}
          >
            <Suspense fallback={<Skeleton className="size-full !rounded-none opacity-40" />}>
              <Editor key={discarded} initial={text} onChange={setText} />
            </Suspense>
          </div>
          <Errors errors={parsed.errors} />
          <Warnings title={messages.unsupported} places={parsed.unsupported} />
          <p className="mt-2 text-[12.5px] text-faint">{messages.editorEscape}</p>
        </div>
        <div className="min-w-0">
          {parsed.graph === undefined ? (
            <div className={`card grid place-items-center !bg-sunken p-8 text-center text-soft ${size}`}>
              {messages.previewBroken}
            </div>
          ) : (
            <GraphPanel className={size} graph={parsed.graph} />
          )}
        </div>
      </div>
    </>
  );
}

/** Parses behind the typing; the last graph that could be drawn stays while the text has errors. */
function useParsed(text: string) {
  const settled = useDeferredValue(text);
  const parsed = useMemo(() => parse(settled), [settled]);
  const [drawn, setDrawn] = useState<{ text: string; graph: ReturnType<typeof graphOf> }>();
  if (parsed.ok && drawn?.text !== settled) setDrawn({ text: settled, graph: graphOf(parsed.workflow) });
  const unsupported = useMemo(
    () => (parsed.ok ? unsupportedPlaces(lower(parsed.workflow), parsed.source) : []),
    [parsed],
  );
  return { errors: parsed.ok ? [] : parsed.errors, unsupported, graph: drawn?.graph };
}

const errorsMax = 8;

function Errors({ errors }: { readonly errors: readonly SourceError[] }) {
  const messages = useMessages();
  return (
    <div role="status" className="mt-2 min-h-6 text-[13px]">
      {errors.length === 0 ? (
        <p className="flex items-center gap-1.5 text-completed">
          <Icon name="check" />
          {messages.validDefinition}
        </p>
      ) : (
        <>
          <p className="font-medium text-faulted">{messages.errorsFound(errors.length)}</p>
          <ul className="mt-1 grid gap-1">
            {errors.slice(0, errorsMax).map(({ line, column, message }) => (
              <li key={`${line}:${column}:${message}`} className="text-soft">
                <span className="tabular font-mono text-faulted">
                  {line}:{column}
                </span>{' '}
                {message}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
