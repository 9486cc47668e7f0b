import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { systemTimers } from '../../system.ts'
import { readFrames } from './frames.ts'

function receiving() {
  const closed: (number | undefined)[] = []
  // All that a reader of frames does with a socket.
  const socket = Object.assign(new EventEmitter(), { close: (code?: number) => closed.push(code) })
  const frames = readFrames(socket as unknown as WebSocket, systemTimers)
  return { frames, closed, say: (text: string) => socket.emit('message', Buffer.from(text)) }
}

const LARGE = 'x'.repeat(1_400_000)

test('what waits for its turn is bounded by its size, so that a stranger cannot fill the memory', async () => {
  const { frames, closed, say } = receiving()
  for (let sent = 0; sent < 2; sent += 1) say(LARGE)
  expect(closed).toEqual([])
  for (let sent = 0; sent < 100; sent += 1) say(LARGE)
  expect(closed).toEqual([1008])
  expect((await frames.next(1_000))?.length).toBe(LARGE.length)
})

test('what is taken makes room, and what is handed on at once needs none', async () => {
  const { frames, closed, say } = receiving()
  for (let sent = 0; sent < 10; sent += 1) {
    say(LARGE)
    await frames.next(1_000)
  }
  let received = 0
  frames.forEach(() => {
    received += 1
  })
  for (let sent = 0; sent < 10; sent += 1) say(LARGE)
  frames.ignore()
  say(LARGE)
  expect([received, closed]).toEqual([10, []])
})

test('one frame may wait however large events may be', async () => {
  const { frames, closed, say } = receiving()
  say(LARGE.repeat(8))
  expect([closed, (await frames.next(1_000))?.length]).toEqual([[], LARGE.length * 8])
})
