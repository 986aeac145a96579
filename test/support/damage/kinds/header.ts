import { fault, sound, unreadable } from '../damage.ts'
import { bytes } from '../edits.ts'

/** Everything but the header may notice that the file is read as what it is not. */
const everywhere = ['structure', 'foreign-keys', 'search-indexes', 'digest'] as const

/** Damage to the first hundred bytes. */
export const headerDamage = [
  bytes(
    'header: a letter of the magic',
    ['text', 'fts5'],
    ({ bytes }, random) => {
      const at = random.integer(16)
      bytes[at] = (bytes[at] ?? 0) ^ 0x21
    },
    unreadable('not-a-database'),
  ),
  bytes(
    'header: a page size that there is not',
    ['text', 'index'],
    ({ bytes }, random) => bytes.writeUInt16BE(random.pick([0, 2, 100, 1000, 4095, 65535]), 16),
    unreadable('not-a-database'),
  ),
  bytes(
    'header: half the page size',
    ['text', 'index'],
    ({ bytes, size }) => bytes.writeUInt16BE(size / 2, 16),
    [fault(['integrity', 'digest'], everywhere), unreadable('corrupt')],
  ),
  bytes(
    'header: twice the page size',
    ['text', 'index'],
    ({ bytes, size }) => bytes.writeUInt16BE(size * 2, 16),
    [fault(['integrity', 'digest'], everywhere), unreadable('corrupt')],
  ),
  bytes(
    'header: to be written by newer versions only',
    ['text'],
    ({ bytes }) => bytes.writeUInt8(3, 18),
    sound,
  ),
  bytes(
    'header: to be read by newer versions only',
    ['text', 'fts5'],
    ({ bytes }) => bytes.writeUInt8(3, 19),
    unreadable('not-a-database'),
  ),
  bytes(
    'header: reserved space in each page',
    ['text', 'index'],
    ({ bytes }, random) => bytes.writeUInt8(8 + random.integer(100), 20),
    [fault(['integrity'], everywhere), unreadable('corrupt')],
  ),
  bytes(
    'header: a fraction of payload',
    ['text', 'index'],
    ({ bytes }, random) => {
      const at = 21 + random.integer(3)
      bytes[at] = (bytes[at] ?? 0) + 1
    },
    unreadable('not-a-database'),
  ),
  bytes(
    'header: the counter of changes',
    ['text', 'fts5'],
    ({ bytes }, random) => bytes.writeUInt32BE(1000 + random.integer(1000), 24),
    sound,
  ),
  bytes(
    'header: more pages than there are',
    ['text', 'index'],
    ({ bytes, count }, random) => bytes.writeUInt32BE(count + 1 + random.integer(2 ** 31), 28),
    unreadable('corrupt'),
  ),
  bytes(
    'header: fewer pages than there are',
    ['text', 'index'],
    ({ bytes, count }, random) => bytes.writeUInt32BE(count - 2 - random.integer(5), 28),
    [fault(['integrity'], ['digest', 'foreign-keys', 'search-indexes']), unreadable('corrupt')],
  ),
  bytes(
    'header: a list of free pages that begins nowhere',
    ['freelist', 'auto-vacuum-incremental'],
    ({ bytes, count }, random) => bytes.writeUInt32BE(count + 1 + random.integer(1000), 32),
    fault(['integrity']),
  ),
  bytes(
    'header: a wrong number of free pages',
    ['freelist', 'auto-vacuum-incremental'],
    ({ bytes }, random) => bytes.writeUInt32BE(bytes.readUInt32BE(36) + 1 + random.integer(100), 36),
    fault(['integrity']),
  ),
  bytes(
    'header: the cookie of the schema',
    ['text', 'constrained'],
    ({ bytes }, random) => bytes.writeUInt32BE(random.integer(2 ** 31), 40),
    sound,
  ),
  bytes(
    'header: a format of the schema that is to come',
    ['text', 'fts5'],
    ({ bytes }, random) => bytes.writeUInt32BE(5 + random.integer(1000), 44),
    unreadable('other'),
  ),
  bytes(
    'header: another encoding of text',
    ['text', 'utf-16'],
    ({ bytes }) => bytes.writeUInt32BE(bytes.readUInt32BE(56) === 1 ? 2 : 3, 56),
    unreadable('corrupt', 'other'),
  ),
  bytes(
    'header: the user’s version',
    ['text', 'fts5'],
    ({ bytes }, random) => bytes.writeUInt32BE(1 + random.integer(1000), 60),
    fault(['digest']),
  ),
  bytes(
    'header: the id of the application',
    ['text', 'fts5'],
    ({ bytes }, random) => bytes.writeUInt32BE(1 + random.integer(1000), 68),
    fault(['digest']),
  ),
  bytes(
    'header: pointer maps where there are none',
    ['text', 'index'],
    ({ bytes }) => bytes.writeUInt32BE(3, 52),
    [fault(['integrity'], ['digest', 'foreign-keys', 'search-indexes']), unreadable('corrupt')],
  ),
  bytes(
    'header: no pointer maps where there are some',
    ['auto-vacuum', 'auto-vacuum-incremental'],
    ({ bytes }) => {
      bytes.writeUInt32BE(0, 52)
      bytes.writeUInt32BE(0, 64)
    },
    fault(['integrity']),
  ),
  bytes(
    'header: incremental in place of full vacuum',
    ['auto-vacuum'],
    ({ bytes }) => bytes.writeUInt32BE(1, 64),
    sound,
  ),
  bytes(
    'header: what nobody reads',
    ['text', 'index', 'fts5'],
    ({ bytes }, random) => {
      random.bytes(20).copy(bytes, 72)
      bytes.writeUInt32BE(1 + random.integer(4_000_000), 96)
    },
    sound,
  ),
  bytes(
    'header: all of it random but the magic',
    ['text', 'index'],
    ({ bytes }, random) => random.bytes(84).copy(bytes, 16),
    unreadable('not-a-database'),
  ),
]
