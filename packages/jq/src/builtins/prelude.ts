/** Builtins that are clearest in jq itself. Each is compiled when a program first calls it. */
export const PRELUDE: Readonly<Record<string, string>> = {
  'combinations/0':
    'def combinations: if length == 0 then [] else .[0][] as $head | .[1:] as $rest | $rest | combinations as $tail | [$head] + $tail end;',
  'combinations/1': 'def combinations(n): . as $items | [range(n) | $items] | combinations;',
  'dateadd/2': 'def dateadd(u; n): . + n;',
  'datesub/2': 'def datesub(u; n): . - n;',
  'fromstream/1': `
    def fromstream(events):
      foreach events as $event ({value: null, done: false};
        (if .done then {value: null, done: false} else . end)
        | ($event[0] | length) as $depth
        | if ($event | length) == 2
          then .done = ($depth == 0) | .value = (.value | setpath($event[0]; $event[1]))
          else .done = ($depth == 1) end;
        if .done then .value else empty end);`,
  'truncate_stream/1': `
    def truncate_stream(events):
      . as $depth | null | events
      | if (.[0] | length) > $depth then setpath([0]; .[0][$depth:]) else empty end;`,
  'INDEX/2': 'def INDEX(rows; key): reduce rows as $row ({}; .[$row | key | tostring] = $row);',
  'INDEX/1': 'def INDEX(key): INDEX(.[]; key);',
  'GROUP_BY/1': 'def GROUP_BY(key): group_by(key);',
  'INSIDE/1': 'def INSIDE(whole): inside(whole);',
  'JOIN/2': 'def JOIN($index; key): [.[] | [., $index[key]]];',
  'JOIN/3': 'def JOIN($index; rows; key): rows | [., $index[key]];',
  'JOIN/4': 'def JOIN($index; rows; key; join): rows | [., $index[key]] | join;',
};
