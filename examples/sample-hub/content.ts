/** An article of the sample hub. */
export interface Article {
  readonly title: string
  readonly topic: string
  readonly author: string
  readonly body: string
}

const authors = ['Ada Keel', 'Bram Holloway', 'Ines Marlow', 'Oskar Fenn', 'Tove Lindqvist']

const topics = [
  'lamp',
  'lens',
  'fog signal',
  'battery',
  'boat landing',
  'log book',
  'radio',
  'tower',
] as const

const occasions = [
  'after the first autumn gale',
  'before the supply boat arrives',
  'when the relief keeper takes over',
  'during a week of fog',
  'at the yearly inspection',
  'in hard frost',
]

const steps: Readonly<Record<(typeof topics)[number], readonly string[]>> = {
  lamp: [
    'Let the lamp cool for an hour before you open the housing.',
    'Compare the flash period with the chart: three seconds lit, seven dark.',
    'A lamp that flickers at dusk usually has a tired changer contact, not a tired bulb.',
  ],
  lens: [
    'Wipe the prisms from the centre outwards with a cloth that has touched nothing else.',
    'Note every chip with its panel number; a new one is reported the same day.',
    'Turn the carriage by hand once around and listen for the bearing.',
  ],
  'fog signal': [
    'The detector looks across two sea miles; keep its window free of salt.',
    'Sound the signal for a minute at noon and write down the pressure.',
    'A signal that starts late is worse than none: check the relay timer first.',
  ],
  battery: [
    'Measure each cell at rest, not under charge.',
    'Equalise the bank once a month and keep the door open while you do.',
    'Two cells that differ by more than a tenth of a volt are swapped, not topped up.',
  ],
  'boat landing': [
    'The lower steps are swept before every landing; weed grows back in four days.',
    'No landing with swell above one metre, whatever the skipper says.',
    'Stow the derrick hook inboard: it has found its way into two windows.',
  ],
  'log book': [
    'Write what you saw and when; leave out what you think it means.',
    'Corrections are struck through once and initialled, never erased.',
    'The night page is signed before breakfast.',
  ],
  radio: [
    'Call the neighbour station at six and eighteen hours, and log the silence too.',
    'Spare fuses are taped inside the lid; replace the tape with the fuse.',
    'When the set is dead, check the antenna switch: lightning drill leaves it open.',
  ],
  tower: [
    'Count the steps aloud with a new keeper; there are one hundred and seventy-three.',
    'Lime wash goes on in May, two thin coats, on a dry north wall.',
    'The gallery rail is tested with body weight and a line on.',
  ],
}

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Articles for the keepers of a lighthouse, as many as wanted, the same for the same seed. */
export function* articles(count: number, seed = 7, paragraphs = 3): Generator<Article> {
  const random = seededRandom(seed)
  const pick = <T>(values: readonly [T, ...T[]] | readonly T[]): T => {
    const value = values[Math.floor(random() * values.length)]
    if (value === undefined) throw new RangeError('there is nothing to pick from')
    return value
  }
  for (let number = 1; number <= count; number++) {
    const topic = pick(topics)
    const occasion = pick(occasions)
    const body = Array.from({ length: paragraphs }, () => {
      const station = `Station ${1 + Math.floor(random() * 40)}`
      return `${station}, ${occasion}. ${steps[topic].join(' ')} See also note ${Math.floor(random() * 1e6)}.`
    }).join('\n\n')
    yield { title: `The ${topic} ${occasion} (${number})`, topic, author: pick(authors), body }
  }
}
