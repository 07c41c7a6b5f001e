import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { useMessages } from '../app/preferences.ts';
import type { TaskStatus } from '../run/run.ts';
import { Icon, isIconName } from '../ui/icon.tsx';
import { statusLabel, toneOf } from '../ui/phase-badge.tsx';
import type { GraphNode } from './graph.ts';

export interface TaskNodeData extends Record<string, unknown> {
  readonly node: GraphNode;
  readonly status: TaskStatus | undefined;
  readonly visits: number;
  /** the run did not reach it */
  readonly dimmed: boolean;
}

const borders: Readonly<Record<ReturnType<typeof toneOf>, string>> = {
  running: 'border-running',
  waiting: 'border-waiting',
  suspended: 'border-suspended',
  cancelled: 'border-line-strong border-dashed',
  faulted: 'border-faulted',
  completed: 'border-completed',
};

const chips: Readonly<Record<ReturnType<typeof toneOf>, string>> = {
  running: 'bg-running-soft text-running',
  waiting: 'bg-waiting-soft text-waiting',
  suspended: 'bg-suspended-soft text-suspended',
  cancelled: 'bg-cancelled-soft text-cancelled',
  faulted: 'bg-faulted-soft text-faulted',
  completed: 'bg-completed-soft text-completed',
};

/** A task, a group of tasks, or one of the two ends. */
export const TaskNode = memo(function TaskNode({ data, selected }: NodeProps<Node<TaskNodeData>>) {
  const { node, dimmed } = data;
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      {node.kind === 'start' || node.kind === 'end' ? (
        <End kind={node.kind} reached={!dimmed} />
      ) : (
        <Box {...data} selected={selected === true} />
      )}
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
});

function End({ kind, reached }: { readonly kind: 'start' | 'end'; readonly reached: boolean }) {
  const colour = reached ? 'border-completed' : 'border-line-strong';
  const fill = kind === 'start' ? (reached ? 'bg-completed' : 'bg-line-strong') : 'bg-surface';
  return (
    <div
      className={`size-full rounded-full ${kind === 'start' ? 'border-2' : 'border-[5px]'} ${colour} ${fill}`}
    />
  );
}

function Box({ node, status, visits, dimmed, selected }: TaskNodeData & { readonly selected: boolean }) {
  const messages = useMessages();
  const tone = status === undefined ? undefined : toneOf(status);
  const border = tone === undefined ? 'border-line-strong' : borders[tone];
  const chip = tone === undefined ? 'bg-sunken text-soft' : chips[tone];
  const chosen = selected ? 'ring-2 ring-accent ring-offset-2 ring-offset-bg' : '';
  const look = node.group ? 'bg-sunken/60' : 'bg-surface shadow-card';
  return (
    <div
      className={`size-full rounded-[10px] border-[1.5px] ${border} ${look} ${chosen} ${node.kind === 'catch' ? 'border-dashed' : ''}`}
    >
      <div className={`flex items-center gap-2.5 px-2.5 ${node.group ? 'h-[38px]' : 'h-full'}`}>
        <span className={`relative grid size-7 shrink-0 place-items-center rounded-md ${chip}`}>
          {isIconName(node.kind) ? <Icon name={node.kind} /> : null}
          {status === 'running' ? (
            <span className="beating absolute -top-0.5 -right-0.5 size-2.5 rounded-full border-2 border-surface bg-running" />
          ) : null}
        </span>
        <span className="min-w-0 flex-1 leading-tight">
          <span className={`block truncate font-medium ${dimmed ? 'text-soft' : 'text-ink'}`}>
            {node.label}
            {status === undefined ? null : <span className="sr-only">: {statusLabel(messages, status)}</span>}
          </span>
          {node.detail === undefined ? null : (
            <span className="block truncate text-[11.5px] text-faint">{node.detail}</span>
          )}
        </span>
        {node.conditional === true ? <span className="font-mono text-[11px] text-faint">if</span> : null}
        {visits > 1 ? <span className="tabular text-[11.5px] font-medium text-soft">×{visits}</span> : null}
      </div>
    </div>
  );
}
