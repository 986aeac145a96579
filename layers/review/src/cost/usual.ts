/** Days of a month of AWS’ prices. */
export const month = 30
/** Memory of a function that is not told, MiB: that of most tasks. */
export const usualMemory = 1769
/** That of what runs all the time. */
export const probeMemory = 256
/** Objects that a run writes at least: report, its page, claim and its end, punctuality. */
export const putsPerRun = 6
export const getsPerRun = 12
/** What a look writes into the log of its function, and another run, bytes. */
export const logOfLook = 1024
export const logOfRun = 4096
