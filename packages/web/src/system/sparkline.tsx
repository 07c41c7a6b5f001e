const size = { width: 100, height: 28 };

/** The course of a rate; its last point stands at the right. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  if (values.length < 2) return null;
  const most = Math.max(1e-9, ...values);
  const step = size.width / (values.length - 1);
  const points = values.map(
    (value, index) => `${index * step},${size.height - 2 - (value / most) * (size.height - 4)}`,
  );
  return (
    <svg
      viewBox={`0 0 ${size.width} ${size.height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className="absolute right-0 bottom-0 h-7 w-2/3 text-accent opacity-60"
    >
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
