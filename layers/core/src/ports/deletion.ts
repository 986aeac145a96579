/** What became of something that was to be deleted: that it is still there is no error. */
export type Deletion =
  | { readonly state: 'deleted' }
  /** It may not be deleted any more, and `reason` says why. */
  | { readonly state: 'kept'; readonly reason: string }
  /** Something stood in the way; part of it may be gone. */
  | { readonly state: 'failed'; readonly reason: string }
