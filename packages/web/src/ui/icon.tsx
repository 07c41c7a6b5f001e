/** Drawings of one weight on a grid of 16. */
const paths = {
  call: 'M3 8h9M9 4.5 12.5 8 9 11.5M3 4v8',
  emit: 'M3 8h4M9.5 4.5a5 5 0 0 1 0 7M12 2.5a8 8 0 0 1 0 11',
  for: 'M12.5 6A5 5 0 1 0 13 9M13 3v3.2H9.8',
  fork: 'M8 2.5v3M8 5.5c0 3-4.5 2-4.5 5v3M8 5.5c0 3 4.5 2 4.5 5v3',
  listen: 'M3.5 9.5a4.5 4.5 0 1 1 9 0M3.5 9.5v2.2h2v-3h-2M12.5 9.5v2.2h-2v-3h2',
  raise: 'M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1',
  run: 'M5 3.5 12.5 8 5 12.5z',
  set: 'M4 4.5h8M4 8h8M4 11.5h5',
  switch: 'M8 2.5 13.5 8 8 13.5 2.5 8zM8 6v4',
  try: 'M8 2.5 13 4.5v3.7c0 3-2.2 4.7-5 5.8-2.8-1.1-5-2.8-5-5.8V4.5z',
  catch: 'M3 5c0 6 10 6 10 0M5.5 12.5h5',
  wait: 'M8 3a5.2 5.2 0 1 0 .01 0M8 5.2V8.2l2 1.4',
  do: 'M3.5 3.5h9v9h-9zM6 6.5h4M6 9.5h4',
  graph: 'M8 2.5v3M8 5.5H4.5v3M8 5.5h3.5v3M3 8.5h3v3H3zM10 8.5h3v3h-3z',
  compensate: 'M12.5 8a4.5 4.5 0 1 1-1.6-3.4M12.6 2.5v3H9.6M4 13.5',
  continueAs: 'M3 8h8M8 4.5 11.5 8 8 11.5M13.5 4v8',
  check: 'M3.5 8.5 6.5 11.5 12.5 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 3a4 4 0 1 0 .01 0M10 10l3.2 3.2',
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  again: 'M12.5 6A5 5 0 1 0 13 9M13 3v3.2H9.8',
  chevronRight: 'M6 3.5 10.5 8 6 12.5',
  chevronLeft: 'M10 3.5 5.5 8l4.5 4.5',
  chevronDown: 'M3.5 6 8 10.5 12.5 6',
  copy: 'M5.5 5.5h7v7h-7zM3.5 10.5v-7h7',
  download: 'M8 3v7M5 7.2 8 10.2l3-3M3.5 13h9',
  gear: 'M3 5h6.5M12.5 5h.5M3 11h.5M6.5 11H13M11 3.5a1.5 1.5 0 1 0 .01 0M5 9.5a1.5 1.5 0 1 0 .01 0',
  edit: 'M3.5 12.5v-2.2l6.8-6.8 2.2 2.2-6.8 6.8z',
  fit: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
  runs: 'M2.5 4h6M5.5 8h8M4 12h5',
  workflows: 'M8 2.5v3M8 5.5H4.5v3M8 5.5h3.5v3M3 8.5h3v3H3zM10 8.5h3v3h-3z',
  system: 'M2.5 9h2.2L6.3 4l3 8 1.7-3h2.5',
} as const;

export type IconName = keyof typeof paths;

export function isIconName(name: string): name is IconName {
  return Object.hasOwn(paths, name);
}

export function Icon({ name, className = '' }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={`shrink-0 ${className}`}
    >
      <path d={paths[name]} />
    </svg>
  );
}
