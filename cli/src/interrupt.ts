/**
 * Runs `cleanUp` when the process is asked to end, then ends it as the signal would have.
 *
 * @returns stops listening
 */
export function onInterrupt(cleanUp: () => Promise<void>): () => void {
  const handle = (signal: NodeJS.Signals): void => {
    // A second signal ends the process at once.
    release()
    cleanUp().finally(() => process.kill(process.pid, signal))
  }
  const release = (): void => {
    process.off('SIGINT', handle)
    process.off('SIGTERM', handle)
  }
  process.on('SIGINT', handle)
  process.on('SIGTERM', handle)
  return release
}
