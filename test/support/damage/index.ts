import type { Damage } from './damage.ts'
import { besideDamage } from './kinds/beside.ts'
import { contentDamage } from './kinds/content.ts'
import { headerDamage } from './kinds/header.ts'
import { hostileDamage } from './kinds/hostile.ts'
import { lengthDamage } from './kinds/length.ts'
import { listDamage } from './kinds/lists.ts'
import { notDatabases } from './kinds/no-database.ts'
import { schemaDamage } from './kinds/schema.ts'
import { searchDamage } from './kinds/search.ts'
import { treeDamage } from './kinds/trees.ts'
import { valueDamage } from './kinds/values.ts'
import { pageDamage } from './kinds/whole-pages.ts'

/** Every kind of damage, by what it is done to. */
export const damages = {
  header: headerDamage,
  length: lengthDamage,
  pages: pageDamage,
  values: valueDamage,
  trees: treeDamage,
  lists: listDamage,
  schema: schemaDamage,
  content: contentDamage,
  'search indexes': searchDamage,
  'files beside': besideDamage,
  'no database': notDatabases,
  hostile: hostileDamage,
} as const satisfies Record<string, readonly Damage[]>
