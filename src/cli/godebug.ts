/** The GODEBUG of a program that is to print gctrace lines. */

/** `settings` with gctrace on; all else stays, and so does a gctrace that is on. */
export function withGctrace(settings: string | undefined): string {
  const parts = (settings ?? '').split(',').filter((part) => part !== '');
  // Of several, the runtime takes the last.
  const last = parts.findLast((part) => part.startsWith(name));
  if (last !== undefined && /^\+?0*[1-9]\d*$/.test(last.slice(name.length))) return parts.join(',');
  return [...parts.filter((part) => !part.startsWith(name)), `${name}1`].join(',');
}

const name = 'gctrace=';
