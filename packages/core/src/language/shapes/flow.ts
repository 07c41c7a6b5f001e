import { didYouMean } from '../suggest.ts';
import { type Check, describe, report, shorten } from './place.ts';

/** The words that `then` takes besides names. */
export const directives: readonly string[] = ['continue', 'exit', 'end'];

/** `then`: a directive, or the name of a task in the same list. */
export const flowTarget: Check = (value, place) => {
  if (typeof value !== 'string') {
    report(
      place,
      `expected continue, exit, end or the name of a task in the same list but found ${describe(value)}`,
    );
    return;
  }
  const { targets } = place;
  if (directives.includes(value) || (targets.type === 'list' && targets.names.has(value))) return;
  const names = targets.type === 'list' ? targets.names : [];
  const hint = didYouMean(value, [...names, ...directives]);
  report(place, `no task '${shorten(value)}' ${whyNot[targets.type]}${hint}`);
};

const whyNot = {
  list: "in this list: 'then' takes continue, exit, end or a task of the same list",
  branch: "to go to from a branch: 'then' takes continue, exit or end here",
  function: "to go to from here: 'then' takes continue, exit or end",
};
