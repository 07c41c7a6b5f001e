import { lazy, Suspense } from 'react';
import { Skeleton } from '../ui/notice.tsx';
import type { GraphViewProps } from './graph-view.tsx';

// Asked for as soon as a page with a graph is: what it draws is still on its way then.
const loading = import('./graph-view.tsx');
// Whoever draws it hears of that.
loading.catch(() => {});
const GraphView = lazy(() => loading);

/** The graph in its frame; the frame has its size before the graph is there. */
export function GraphPanel({ className = '', ...props }: GraphViewProps & { readonly className?: string }) {
  return (
    <div className={`card overflow-hidden !bg-sunken ${className}`}>
      <Suspense fallback={<Skeleton className="size-full !rounded-none opacity-40" />}>
        <GraphView {...props} />
      </Suspense>
    </div>
  );
}
