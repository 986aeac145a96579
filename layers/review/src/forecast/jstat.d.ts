/** What is used of jstat, which has no types of its own; it is CommonJS, whose names Node.js does not see. */
declare module 'jstat' {
  /** Its distributions. */
  const jStat: {
    readonly studentt: {
      /** The quantile of Student’s t at a share (0–1), with so many degrees of freedom. */
      inv(share: number, freedom: number): number
    }
  }
  export default jStat
}
