import { differingLimits, missingRoles } from '@millrace/core';
import type { NodeView } from '@millrace/sdk';
import { useMessages } from '../app/preferences.ts';
import { useNow } from '../app/use-now.ts';
import { formatDuration } from '../format/duration.ts';
import type { Messages } from '../messages/messages.ts';
import { StatusDot } from '../ui/phase-badge.tsx';
import { Instant } from '../ui/time.tsx';
import { Panel } from './panels.tsx';

/** The processes that share the store, and what they lack together. */
export function NodesPanel({ nodes, self }: { readonly nodes: readonly NodeView[]; readonly self: string }) {
  const messages = useMessages();
  const now = useNow(true);
  const heads = [
    messages.node,
    messages.roles,
    messages.serverVersion,
    messages.nodeLoad,
    messages.nodeLastSeen,
  ];
  return (
    <Panel title={messages.nodes} text={messages.nodesText}>
      <div className="overflow-x-auto">
        <table className="tabular w-full text-left text-[13px]">
          <thead>
            <tr className="text-faint">
              {heads.map((head) => (
                <th key={head} scope="col" className="py-1 pr-4 font-normal">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <tr key={node.id} className="border-t border-line align-top">
                <th scope="row" className="py-1.5 pr-4 font-normal">
                  <span className="flex items-center gap-2">
                    <StatusDot status={dots[node.state]} still />
                    {stateText(node.state, messages)}
                  </span>
                  <code
                    className={`font-mono text-[12px] ${node.id === self ? 'text-accent' : 'text-faint'}`}
                  >
                    {node.host} {node.pid}
                  </code>
                </th>
                <td className="py-1.5 pr-4">{node.roles.join(', ')}</td>
                <td className="py-1.5 pr-4">{node.version}</td>
                <td className="py-1.5 pr-4">{loadText(node, messages)}</td>
                <td className="py-1.5">
                  <Instant at={node.lastSeen} now={now} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {missingRoles(nodes).map((role) => (
        <p key={role} role="status" className="mt-2 text-[13px] text-pretty text-faulted">
          {messages.roleMissing(role)}
        </p>
      ))}
      {differingLimits(nodes).map(({ limit, told }) => (
        <p key={limit} role="status" className="mt-2 text-[13px] text-pretty text-faulted">
          {messages.limitDiffers(
            limit,
            told.map(({ node, places }) => `${places ?? '–'} (${node.host} ${node.pid})`).join(', '),
          )}
        </p>
      ))}
    </Panel>
  );
}

const dots = { running: 'completed', draining: 'suspended', silent: 'faulted' } as const;

function stateText(state: NodeView['state'], messages: Messages): string {
  switch (state) {
    case 'running':
      return messages.nodeRunning;
    case 'draining':
      return messages.nodeDraining;
    case 'silent':
      return messages.nodeSilent;
  }
}

function loadText({ load }: NodeView, messages: Messages): string {
  return messages.nodeLoadText(load.executionsInMemory, load.effectsRunning, formatDuration(load.lagMs));
}
