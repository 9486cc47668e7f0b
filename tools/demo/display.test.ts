import { expect, test } from 'vitest'
import { createDisplay } from './display.ts'

function recorder(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, columns: 40, write: (text: string) => void written.push(text), text: () => written.join('') }
}

test('elsewhere than on a terminal there are only lines', () => {
  const stream = recorder(false)
  const display = createDisplay(stream)
  display.progress('working')
  display.line('done')
  expect(stream.text()).toBe('done\n')
})

test('on a terminal the moving line is cleared before a line, and drawn again below it', () => {
  const stream = recorder(true)
  let now = 0
  const display = createDisplay(stream, () => now)
  display.progress('Running')
  now = 1_500
  display.line('a log line')
  display.progress(null)
  expect(stream.text()).toBe('\r\u001b[2K⠋ Running 0.0 s\r\u001b[2Ka log line\n\r\u001b[2K⠴ Running 1.5 s\r\u001b[2K')
})
