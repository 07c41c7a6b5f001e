const size = { width: 100, height: 32 };
/** Room above and below the line, so that its ends are not cut. */
const margin = 2;

/** The course of a figure from zero up; its last point stands at the right. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  if (values.length < 2) return <div className="h-8" />;
  const most = Math.max(1e-9, ...values);
  const step = size.width / (values.length - 1);
  const points = values.map((value, index) => {
    const y = size.height - margin - (Math.max(0, value) / most) * (size.height - 2 * margin);
    return `${(index * step).toFixed(2)},${y.toFixed(2)}`;
  });
  return (
    <svg
      viewBox={`0 0 ${size.width} ${size.height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className="block h-8 w-full text-accent"
    >
      <polygon
        points={`0,${size.height} ${points.join(' ')} ${size.width},${size.height}`}
        fill="currentColor"
        opacity="0.1"
      />
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
