import { expect, test } from 'vitest'
import { lowestFreePriority, placeQueue } from './queue-priorities.ts'

const queues = (text: string) =>
  text.split(' ').flatMap((part) => {
    const [id = '', priority = ''] = part.split(':')
    return id === '' ? [] : [{ id, priority: Number(priority) }]
  })

test.for([
  ['', 1],
  ['default:1', 2],
  ['a:1 c:3', 2],
  ['a:2', 1],
] as const)('the lowest free priority of "%s" is %d', ([given, priority]) => {
  expect(lowestFreePriority(queues(given))).toBe(priority)
})

test.for([
  ['a free place moves nobody', 'default:1', 'a:2', ''],
  ['the first place moves all behind it', 'default:1 a:2', 'b:1', 'default:2 a:3'],
  ['a place in the middle moves those behind it', 'b:1 default:2 a:3', 'c:2', 'default:3 a:4'],
  ['a move to the front', 'b:1 c:2 default:3 a:4', 'a:1', 'b:2 c:3 default:4'],
  ['a move to the end leaves a gap', 'a:1 b:2 c:3 default:4', 'c:9', ''],
  ['a gap takes up the push', 'a:1 b:2 d:4', 'c:1', 'a:2 b:3'],
  ['two at one place are told apart', 'a:1 b:1', 'c:3', 'b:2'],
] as const)('%s', ([, before, placed, moved]) => {
  const [queue] = queues(placed)
  if (queue === undefined) throw new Error('a case without a queue')
  expect(placeQueue(queues(before), queue)).toEqual(queues(moved))
})
