const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const
export type Style = keyof typeof CODES

export function styled(text: string, style: Style, isOn: boolean): string {
  return isOn ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text
}
