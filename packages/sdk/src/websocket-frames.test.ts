import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFrameReader, encodeFrame, OPCODE, type Frame } from './websocket-frames.ts'

/** As a server would send it: the same frame without its mask. */
function serverFrame(opcode: number, payload: Buffer): Buffer {
  const masked = encodeFrame(opcode, payload, Buffer.alloc(4))
  const start = masked.length - payload.length - 4
  const frame = Buffer.concat([masked.subarray(0, start), masked.subarray(start + 4)])
  frame[1] = (frame[1] ?? 0) & 0x7f
  return frame
}

function readAll(chunks: readonly Buffer[]): readonly Frame[] {
  const frames: Frame[] = []
  const read = createFrameReader((frame) => frames.push(frame))
  for (const chunk of chunks) read(chunk)
  return frames
}

test('messages of any length arrive whole, however the bytes are cut', () => {
  const texts = fc.array(fc.oneof(fc.string(), fc.constantFrom('x'.repeat(125), 'x'.repeat(126), 'ü'.repeat(70_000))), {
    maxLength: 5,
  })
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 200 }), (messages, portions) => {
      const bytes = Buffer.concat(messages.map((text) => serverFrame(OPCODE.text, Buffer.from(text))))
      const size = Math.ceil(bytes.length / portions)
      const chunks = Array.from({ length: portions }, (_, n) => bytes.subarray(n * size, (n + 1) * size))
      expect(readAll(chunks)).toEqual(messages.map((text) => ({ kind: 'text', text: Buffer.from(text).toString() })))
    }),
    { numRuns: 50 },
  )
})

test('a message in fragments with a ping between them', () => {
  const first = serverFrame(OPCODE.text, Buffer.from('hel'))
  first[0] = OPCODE.text
  const frames = readAll([
    first,
    serverFrame(OPCODE.ping, Buffer.from('?')),
    serverFrame(OPCODE.continuation, Buffer.from('lo')),
  ])
  expect(frames).toEqual([
    { kind: 'ping', payload: Buffer.from('?') },
    { kind: 'text', text: 'hello' },
  ])
})

test('a close frame tells code and reason', () => {
  const payload = Buffer.concat([Buffer.from([0x03, 0xf0]), Buffer.from('Invalid token')])
  expect(readAll([serverFrame(OPCODE.close, payload)])).toEqual([
    { kind: 'close', code: 1008, reason: 'Invalid token' },
  ])
})

test.for([
  ['a masked frame', encodeFrame(OPCODE.text, Buffer.from('x'), Buffer.from([1, 2, 3, 4]))],
  ['a compressed frame', Buffer.from([0xc1, 0x01, 0x78])],
  ['an oversize frame', Buffer.from([0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0])],
  ['a binary message', serverFrame(OPCODE.binary, Buffer.from('x'))],
  ['a continuation of nothing', serverFrame(OPCODE.continuation, Buffer.from('x'))],
] as const)('%s ends the reading', ([, bytes]) => {
  const frames = readAll([bytes, serverFrame(OPCODE.text, Buffer.from('later'))])
  expect(frames.map((frame) => frame.kind)).toEqual(['invalid'])
})
