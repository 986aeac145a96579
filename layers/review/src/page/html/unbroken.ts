/** A day such as `2026-11-03`, and an amount with its unit such as `14.9 MiB` or `3 h 20 min`: they stay on one line. */
export const unbroken =
  /\b\d{4}-\d\d-\d\d(?!\d)|(?<![\w#.,])\d[\d.,]{0,20} (?:%|(?:ms|s|min|h|d|bytes?|[KMGT]iB|USD)(?!\w))(?: \d{1,2} (?:h|min|s)(?!\w))?/g
