/** What people watch: lines that stay, and on a terminal one line below them that moves. */
export interface Display {
  readonly line: (text: string) => void
  /** What goes on right now; elsewhere than on a terminal it is not shown. */
  readonly progress: (text: string | null) => void
}

interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 100
const CLEAR = '\r\u001b[2K'

/** A terminal that does not know its width says 0. */
function width({ columns = 0 }: Stream): number {
  return columns > 0 ? columns : 80
}

export function createDisplay(stream: Stream, now: () => number = () => performance.now()): Display {
  if (stream.isTTY !== true) {
    return { line: (text) => void stream.write(`${text}\n`), progress: () => undefined }
  }
  let shown: string | null = null
  let since = 0
  let timer: NodeJS.Timeout | null = null
  const draw = () => {
    if (shown === null) return
    const elapsed = now() - since
    const frame = FRAMES[Math.floor(elapsed / FRAME_MS) % FRAMES.length] ?? ''
    const text = `${frame} ${shown} ${(elapsed / 1_000).toFixed(1)} s`
    stream.write(CLEAR + text.slice(0, width(stream) - 1))
  }
  return {
    line(text) {
      stream.write(shown === null ? `${text}\n` : `${CLEAR}${text}\n`)
      draw()
    },
    progress(text) {
      if (text === shown) return
      shown = text
      since = now()
      if (text === null) {
        stream.write(CLEAR)
        if (timer !== null) clearInterval(timer)
        timer = null
        return
      }
      timer ??= setInterval(draw, FRAME_MS).unref()
      draw()
    },
  }
}
