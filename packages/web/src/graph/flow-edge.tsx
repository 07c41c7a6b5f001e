import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import type { Point } from './layout.ts';

export interface FlowEdgeData extends Record<string, unknown> {
  readonly path: string;
  readonly colour: string;
  readonly dashed: boolean;
  readonly wide: boolean;
  readonly label?: Point & { readonly text: string };
}

/** An edge along the way that the layout found for it. */
export const FlowEdge = memo(function FlowEdge({ id, data, markerEnd }: EdgeProps<Edge<FlowEdgeData>>) {
  if (data === undefined) return null;
  const { path, colour, dashed, wide, label } = data;
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        {...(markerEnd === undefined ? {} : { markerEnd })}
        style={{ stroke: colour, strokeWidth: wide ? 2 : 1.4, ...(dashed ? { strokeDasharray: '4 4' } : {}) }}
      />
      {label === undefined ? null : (
        <EdgeLabelRenderer>
          <span
            className="absolute rounded bg-sunken px-1 text-[11.5px] text-soft"
            style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}
          >
            {label.text}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
