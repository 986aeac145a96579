// What the engine's child processes need of core: they are many and short, and load nothing else of it.
export { encodingTroubles } from './ports/content.ts'
export { examinationParts } from './ports/examination.ts'
export { messageOf, minutes } from './units.ts'
