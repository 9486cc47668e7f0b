/** Frames of RFC 6455 as bytes. Pure: bytes in, frames out. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export type Frame =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'ping'; readonly payload: Buffer }
  | { readonly kind: 'pong' }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
  | { readonly kind: 'invalid'; readonly reason: string }

/** More than any message of the protocol: an event is at most 1.5 MB. */
const MAX_MESSAGE_BYTES = 16_000_000

/** What a client sends is masked, always. */
export function encodeFrame(opcode: number, payload: Buffer, mask: Buffer): Buffer {
  const { length } = payload
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const frame = Buffer.alloc(6 + extra + length)
  frame[0] = 0x80 | opcode
  if (extra === 0) frame[1] = 0x80 | length
  if (extra === 2) {
    frame[1] = 0x80 | 126
    frame.writeUInt16BE(length, 2)
  }
  if (extra === 8) {
    frame[1] = 0x80 | 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  mask.copy(frame, 2 + extra)
  const start = 6 + extra
  for (let i = 0; i < length; i++) frame[start + i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0)
  return frame
}

/** Takes the bytes as they come, in any portions, and calls back with whole messages. */
export function createFrameReader(onFrame: (frame: Frame) => void): (bytes: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0)
  let parts: Buffer[] = []
  let size = 0
  let broken = false

  const fail = (reason: string): void => {
    broken = true
    onFrame({ kind: 'invalid', reason })
  }
  const onData = (opcode: number, payload: Buffer, isLast: boolean): void => {
    if (opcode === OPCODE.binary) return fail('a binary message')
    if ((opcode === OPCODE.text) !== (parts.length === 0)) return fail('a fragment out of order')
    parts.push(payload)
    size += payload.length
    if (size > MAX_MESSAGE_BYTES) return fail('a message of more than 16 MB')
    if (!isLast) return
    const text = Buffer.concat(parts).toString('utf8')
    parts = []
    size = 0
    onFrame({ kind: 'text', text })
  }
  const dispatch = (opcode: number, payload: Buffer, isLast: boolean): void => {
    if (opcode === OPCODE.ping) return onFrame({ kind: 'ping', payload })
    if (opcode === OPCODE.pong) return onFrame({ kind: 'pong' })
    if (opcode !== OPCODE.close) return onData(opcode, payload, isLast)
    const code = payload.length >= 2 ? payload.readUInt16BE() : 1005
    onFrame({ kind: 'close', code, reason: payload.subarray(2).toString('utf8') })
  }

  return (bytes) => {
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
    for (;;) {
      if (broken) return
      const header = readHeader(pending)
      if (header === null) return
      if (header.isUnusable) return fail('a masked, compressed or oversize frame')
      const end = header.start + header.length
      if (pending.length < end) return
      const payload = pending.subarray(header.start, end)
      pending = pending.subarray(end)
      dispatch(header.opcode, payload, header.isLast)
    }
  }
}

interface Header {
  readonly opcode: number
  readonly isLast: boolean
  readonly isUnusable: boolean
  readonly start: number
  readonly length: number
}

function readHeader(bytes: Buffer): Header | null {
  const [first, second] = bytes
  if (first === undefined || second === undefined) return null
  const short = second & 0x7f
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0
  if (bytes.length < 2 + extra) return null
  const length = extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  return {
    opcode: first & 0x0f,
    isLast: (first & 0x80) !== 0,
    isUnusable: (first & 0x70) !== 0 || (second & 0x80) !== 0 || length > MAX_MESSAGE_BYTES,
    start: 2 + extra,
    length,
  }
}
