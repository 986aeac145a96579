/** Why a server gave no answer; the message is one sentence. It never leaves the client. */
export class TransportTrouble extends Error {
  override readonly name = 'TransportTrouble'
}
