/** What of a page was numbered so far: every picture and table has a name of its own. */
export interface Numbering {
  pictures: number
  tables: number
}
