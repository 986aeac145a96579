/** Where everything of a hub is kept: the same keys under a directory and in a bucket. */
export const keys = {
  backups: 'backups/',
  reports: 'reports/',
  /** Reports of one task. */
  reportsOf: (task: string): string => `reports/${task}/`,
  state: 'state/',
  /** What is remembered of the backups, kept apart from them. */
  backupState: 'state/backups/',
  /** What a run found, as JSON or Markdown. */
  report: (task: string, run: string, form: 'json' | 'md'): string => `reports/${task}/${run}.${form}`,
  /** A document that a run gave beside its report. */
  attachment: (task: string, run: string, name: string): string => `reports/${task}/${run}/${name}`,
  /** A document that other programs look for under this name. */
  published: (name: string): string => `reports/${name}`,
  /** What tasks remember from one run to the next. */
  memory: 'state/memory/',
  /** What scanners printed on a build machine, by build. */
  scans: 'state/scans/',
  /** Files of the hub as they were before an upgrade was written into them. */
  replaced: 'state/replaced/',
  /** Everything of one backup. */
  backup: (id: string): string => `backups/${id}/`,
  manifest: (id: string): string => `backups/${id}/manifest.json`,
  /** The copy of one of the hub's files. */
  backupFile: (id: string, key: string): string => `backups/${id}/files/${key}`,
  /** Certificates are never replaced: a backup that is proven again gets another. */
  certificate: (id: string, run: string): string => `backups/${id}/certificate-${run}.json`,
  /** What the keys of all certificates of one backup begin with. */
  certificates: (id: string): string => `backups/${id}/certificate-`,
  /** Digest of the newest certificate, kept apart from the backups so that tampering shows. */
  certificateHead: 'state/backups/head.json',
  /** Every certificate in the order in which they were issued, kept apart from the backups as well. */
  certificateChain: 'state/backups/chain.json',
  /** Backups that do not count, as content vanished from them. */
  quarantine: 'state/backups/quarantine.json',
  /** When the bytes of each backup were last read back as certified. */
  verified: 'state/backups/verified.json',
  /** What unfinished proofs have seen so far, so that another attempt goes on there. */
  proofProgress: 'state/backups/proofs.json',
  /** The last restore, until it is known that the hub goes on from it. */
  restoration: 'state/backups/restoration.json',
  /** When the newest proven backup was last seen to be current. */
  confirmation: 'state/backups/confirmed.json',
  /** Which backups are pinned, by whom and why. */
  pins: 'state/backups/pins.json',
} as const
