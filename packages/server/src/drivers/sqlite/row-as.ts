/** A row of a statement of ours: its type is what the statement selects from strict tables, which no type check knows. */
export function rowAs<Row>(row: unknown): Row {
  return row as Row;
}
