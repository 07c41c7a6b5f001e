import type { Json } from '@millrace/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMessages } from '../app/preferences.ts';
import { formatDuration } from '../format/duration.ts';
import type { Messages } from '../messages/messages.ts';
import type { ChildRun } from '../run/child-run.ts';
import { attemptsBefore, doneBefore } from '../run/done-before.ts';
import { requestLine } from '../run/request-line.ts';
import { type Attempt, type Deed, nameOf, type Run, type TaskRun } from '../run/run.ts';
import { Icon, isIconName } from '../ui/icon.tsx';
import { JsonView } from '../ui/json-view.tsx';
import { PhaseBadge } from '../ui/phase-badge.tsx';
import { Instant } from '../ui/time.tsx';
import { ErrorText } from './fault-notice.tsx';

export interface DetailsProps {
  readonly run: Run;
  readonly visit: string | undefined;
  /** a task of the definition, entered or not */
  readonly task: string | undefined;
  readonly lineOf: ((pointer: string) => number) | undefined;
  readonly onSelect: (key: string) => void;
  readonly onShowLine: () => void;
}

/** What went into the chosen task and what came out; of the whole execution when none is chosen. */
export function Details({ run, visit, task, lineOf, onSelect, onShowLine }: DetailsProps) {
  const messages = useMessages();
  const chosen = visit === undefined ? undefined : run.tasks.get(visit);
  if (chosen !== undefined)
    return (
      <TaskDetails
        task={chosen}
        onSelect={onSelect}
        run={run}
        line={lineOf?.(chosen.task)}
        onShowLine={onShowLine}
      />
    );
  return (
    <div className="grid gap-5">
      {task === undefined ? (
        <p className="text-soft">{messages.selectTask}</p>
      ) : (
        <NotEntered task={task} before={doneBefore(run, task)} />
      )}
      <Value title={messages.executionInput} value={run.state.input} />
      {run.state.phase === 'completed' ? (
        <Value title={messages.executionOutput} value={run.state.output} />
      ) : null}
    </div>
  );
}

/** @param before id of the execution that did the task */
function NotEntered({ task, before }: { readonly task: string; readonly before: string | undefined }) {
  const messages = useMessages();
  return (
    <p>
      <span className="mr-2 font-semibold">{nameOf(task)}</span>
      <span className="text-soft">
        {before === undefined ? messages.taskNotReached : messages.doneBefore}{' '}
        {before === undefined ? null : <ExecutionLink id={before} />}
      </span>
    </p>
  );
}

function ExecutionLink({ id }: { readonly id: string }) {
  return (
    <Link
      to="/executions/$id"
      params={{ id }}
      className="rounded font-mono text-[12.5px] text-accent hover:underline [overflow-wrap:anywhere]"
    >
      {id}
    </Link>
  );
}

/** Attempts are counted on from those of the execution that this one retries. */
function EarlierAttempts({ run, task }: { readonly run: Run; readonly task: TaskRun }) {
  const messages = useMessages();
  const count = attemptsBefore(run, task);
  const before = run.state.from?.execution;
  if (count === 0 || before === undefined) return null;
  return (
    <p className="mt-1 text-[13px] text-soft">
      {messages.attemptsBefore(count)} <ExecutionLink id={before} />
    </p>
  );
}

interface TaskDetailsProps {
  readonly task: TaskRun;
  readonly run: Run;
  readonly line: number | undefined;
  readonly onSelect: (key: string) => void;
  readonly onShowLine: () => void;
}

function TaskDetails({ task, run, line, onSelect, onShowLine }: TaskDetailsProps) {
  const messages = useMessages();
  const visits = [...run.tasks.values()].filter((each) => each.task === task.task);
  return (
    <div className="grid gap-5">
      <div>
        <div className="flex items-center justify-between gap-3">
          <h2 className="flex min-w-0 items-center gap-2 text-base font-semibold">
            {isIconName(task.kind) ? <Icon name={task.kind} className="text-faint" /> : null}
            <span className="truncate">{task.name}</span>
          </h2>
          <PhaseBadge status={task.status} />
        </div>
        <p className="tabular mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-[13px] text-soft">
          <span>{task.kind}</span>
          <Instant at={task.startedAt} now={run.state.at} />
          {task.endedAt === undefined ? null : <span>{formatDuration(task.endedAt - task.startedAt)}</span>}
          {task.iteration === undefined ? null : <span>{messages.iteration(task.iteration)}</span>}
          {task.attempt === undefined ? null : <span>{messages.inAttempt(task.attempt)}</span>}
          {line === undefined ? null : (
            <button
              type="button"
              onClick={onShowLine}
              className="rounded font-medium text-accent hover:underline"
            >
              {messages.line(line)}
            </button>
          )}
        </p>
        <EarlierAttempts run={run} task={task} />
      </div>
      <Visits visits={visits} chosen={task.key} onSelect={onSelect} />
      {task.error === undefined ? null : (
        <Section title={messages.error}>
          <div className="rounded-lg bg-faulted-soft px-3 py-2.5">
            <ErrorText error={task.error} />
          </div>
        </Section>
      )}
      {task.caught === undefined ? null : (
        <Section title={messages.caughtError}>
          <div className="rounded-lg bg-waiting-soft px-3 py-2.5">
            <ErrorText error={task.caught} />
          </div>
        </Section>
      )}
      {task.case === undefined ? null : (
        <Section title={messages.chosenCase}>
          <p className="font-medium">{task.case}</p>
        </Section>
      )}
      {task.attempts.length > 1 || task.attempts.some((each) => each.error !== undefined) ? (
        <Section title={messages.attempts}>
          <ol className="grid gap-2">
            {task.attempts.map((attempt) => (
              <AttemptRow key={attempt.number} attempt={attempt} now={run.state.at} />
            ))}
          </ol>
        </Section>
      ) : null}
      {task.deeds.length === 0 ? null : (
        <Section title={messages.requests}>
          <ol className="grid gap-2">
            {task.deeds.map((deed) => (
              <DeedRow key={deed.version} deed={deed} />
            ))}
          </ol>
        </Section>
      )}
      {task.runs.length === 0 ? null : (
        <Section title={messages.childExecutions}>
          <ol className="grid gap-2">
            {task.runs.map((child) => (
              <ChildRow key={child.version} child={child} />
            ))}
          </ol>
        </Section>
      )}
      {task.event === undefined ? null : <Value title={messages.emittedEvent} value={task.event} />}
      {task.status === 'skipped' ? null : <Value title={messages.input} value={task.input} />}
      {task.output === undefined ? null : <Value title={messages.output} value={task.output} />}
    </div>
  );
}

const visitsMax = 200;

function Visits({
  visits,
  chosen,
  onSelect,
}: {
  readonly visits: readonly TaskRun[];
  readonly chosen: string;
  readonly onSelect: (key: string) => void;
}) {
  const messages = useMessages();
  if (visits.length < 2) return null;
  return (
    <select
      aria-label={messages.visits(visits.length)}
      value={chosen}
      onChange={(event) => onSelect(event.target.value)}
      className="field text-[13px]"
    >
      {visits.slice(-visitsMax).map((each) => (
        <option key={each.key} value={each.key}>
          {messages.visit(each.visit)}
          {each.iteration === undefined ? '' : ` · ${messages.iteration(each.iteration)}`}
          {each.attempt === undefined ? '' : ` · ${messages.inAttempt(each.attempt)}`}
        </option>
      ))}
    </select>
  );
}

function AttemptRow({ attempt, now }: { readonly attempt: Attempt; readonly now: number }) {
  const messages = useMessages();
  const { number, startedAt, endedAt, error } = attempt;
  return (
    <li className="rounded-lg border border-line px-3 py-2 text-[13px]">
      <p className="tabular flex justify-between gap-3">
        <span className="font-medium">{messages.attempt(number)}</span>
        <span className="text-soft">{endedAt === undefined ? '' : formatDuration(endedAt - startedAt)}</span>
      </p>
      {error === undefined ? null : (
        <p className="mt-0.5 text-faulted [overflow-wrap:anywhere]">
          {error.title ?? error.detail ?? error.type} · {error.status}
        </p>
      )}
      {attempt.retryAt === undefined ? null : (
        <p className="text-soft">
          <Instant at={attempt.retryAt} now={now} />
        </p>
      )}
    </li>
  );
}

function DeedRow({ deed }: { readonly deed: Deed }) {
  const messages = useMessages();
  const outcome = {
    open: messages.requestOpen,
    completed: messages.requestCompleted,
    failed: messages.requestFailed,
    abandoned: messages.requestAbandoned,
  }[deed.outcome];
  const resolved = deed.resolved && resolvedText(deed.resolved, messages);
  return (
    <li className="rounded-lg border border-line px-3 py-2 text-[13px]">
      <code className="block font-mono text-[12.5px] [overflow-wrap:anywhere]">
        {requestLine(deed.request)}
      </code>
      <p className="tabular mt-0.5 flex justify-between gap-3 text-soft">
        <span className={`[overflow-wrap:anywhere] ${deed.outcome === 'failed' ? 'text-faulted' : ''}`}>
          {resolved ?? outcome}
        </span>
        <span>{deed.endedAt === undefined ? '' : formatDuration(deed.endedAt - deed.startedAt)}</span>
      </p>
      {deed.error === undefined ? null : (
        <p className="text-faulted [overflow-wrap:anywhere]">
          {deed.error.detail ?? deed.error.title ?? deed.error.type} · {deed.error.status}
        </p>
      )}
    </li>
  );
}

/** The way to the execution that the task ran, and what became of it; one that never started is not to be seen. */
function ChildRow({ child }: { readonly child: ChildRun }) {
  const messages = useMessages();
  const { namespace, name, version } = child.definition ?? child.workflow;
  const outcome = {
    open: child.definition === undefined ? messages.childAsked : messages.childOpen,
    left: messages.childLeft,
    completed: messages.childCompleted,
    faulted: messages.childFaulted,
    cancelled: messages.childCancelled,
  }[child.outcome];
  return (
    <li className="rounded-lg border border-line px-3 py-2 text-[13px]">
      {child.definition === undefined ? null : <ExecutionLink id={child.id} />}
      <p className="flex justify-between gap-3 text-soft">
        <span className="[overflow-wrap:anywhere]">
          {[namespace, name, version].filter((part) => part !== undefined).join('/')}
        </span>
        <span className={child.outcome === 'faulted' ? 'text-faulted' : ''}>{outcome}</span>
      </p>
      {child.error === undefined ? null : (
        <p className="text-faulted [overflow-wrap:anywhere]">
          {child.error.detail ?? child.error.title ?? child.error.type} · {child.error.status}
        </p>
      )}
    </li>
  );
}

function resolvedText({ as, reason }: NonNullable<Deed['resolved']>, messages: Messages): string {
  const text = {
    done: messages.resolvedDone,
    failed: messages.resolvedFailed,
    again: messages.resolvedAgain,
  }[as];
  return reason === undefined ? text : `${text}: ${reason}`;
}

function Value({ title, value }: { readonly title: string; readonly value: Json | undefined }) {
  return (
    <Section title={title}>
      <JsonView value={value ?? null} name={title} />
    </Section>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 text-[13px] font-medium text-soft">{title}</h3>
      {children}
    </section>
  );
}
