import { htmlOf } from '@hubkeeper/review'
import { expect, it } from 'vitest'
import { pageOfTexts } from './page-of-texts.ts'

/** What every object has, and the functions that come with it. */
const shared = () => [Object.prototype, Object, Function.prototype].map((each) => Reflect.ownKeys(each))

it.each(Object.getOwnPropertyNames(Object.prototype))(
  'a chart whose names are all %s changes nothing that other objects share',
  async (name) => {
    const before = shared()
    const members = Object.getOwnPropertyNames(Object.prototype).map((each) => Reflect.get({}, each))
    const owned = () => members.map((each) => (typeof each === 'function' ? Reflect.ownKeys(each) : []))
    const ownedBefore = owned()
    expect(await htmlOf(pageOfTexts(() => name))).toContain(name)
    expect(shared()).toEqual(before)
    expect(owned()).toEqual(ownedBefore)
  },
)
