import type { Terminal } from './terminal.ts'
import { styled } from './style.ts'

export const FORMATS = ['table', 'wide', 'json', 'jsonl', 'yaml', 'name'] as const
export type Format = (typeof FORMATS)[number]

type Row = Readonly<Record<string, unknown>>

export interface Shape {
  /** What a table shows; `wide` adds the second list. */
  readonly columns: readonly string[]
  readonly wideColumns?: readonly string[]
  /** What `-o name` prints. */
  readonly name: string
}

/** Prints what a command found. Only `table` and `wide` are for people; the others are stable. */
export async function printRecords(
  rows: readonly Row[],
  format: Format,
  shape: Shape,
  terminal: Terminal,
): Promise<void> {
  switch (format) {
    case 'json':
      terminal.out(JSON.stringify(rows, null, 2))
      return
    case 'jsonl':
      for (const row of rows) terminal.out(JSON.stringify(row))
      return
    case 'yaml': {
      const { stringify } = await import('yaml')
      terminal.out(stringify(rows).trimEnd())
      return
    }
    case 'name':
      for (const row of rows) terminal.out(cell(row[shape.name]))
      return
    case 'table':
      terminal.out(renderTable(rows, shape.columns, terminal))
      return
    case 'wide':
      terminal.out(renderTable(rows, [...shape.columns, ...(shape.wideColumns ?? [])], terminal))
  }
}

/** Aligned on a terminal; elsewhere one tab between cells, so that `cut` works. Nothing is ever cut off. */
export function renderTable(
  rows: readonly Row[],
  columns: readonly string[],
  terminal: Pick<Terminal, 'isInteractive' | 'colors'>,
): string {
  const heads = columns.map((column) => column.replaceAll('_', ' ').toUpperCase())
  const cells = rows.map((row) => columns.map((column) => cell(row[column])))
  if (!terminal.isInteractive) return [heads, ...cells].map((line) => line.join('\t')).join('\n')
  const widths = columns.map((_, index) => Math.max(...[heads, ...cells].map((line) => line[index]?.length ?? 0)))
  const align = (line: readonly string[]) =>
    line
      .map((text, index) => text.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  return [styled(align(heads), 'bold', terminal.colors.out), ...cells.map(align)].join('\n')
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '-'
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(cell).join(',')
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text === '' ? '-' : text.replaceAll(/[\t\r\n]+/g, ' ')
}
