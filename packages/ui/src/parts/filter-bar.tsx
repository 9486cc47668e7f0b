import { useState } from 'react'
import { formatQuery, parseQuery } from '../lib/run-filter.ts'
import { Icon } from './icon.tsx'

interface Props {
  readonly label: string
  readonly placeholder: string
  readonly query: string
  readonly onChange: (query: string) => void
}

/** Tokens with a cross each; Enter adds what was typed, Backspace in the empty field takes the last away. */
export function FilterBar({ label, placeholder, query, onChange }: Props) {
  const [text, setText] = useState('')
  const tokens = parseQuery(query)
  const add = () => {
    if (text.trim() === '') return
    onChange(formatQuery([...tokens, ...parseQuery(text)]))
    setText('')
  }
  return (
    <div className="fbar" role="search">
      <Icon name="filter" />
      {tokens.map((token, index) => (
        <span className="tok" key={`${token.key}:${token.value}`}>
          <span>{token.key}:</span>
          <b>{token.value}</b>
          <button
            type="button"
            aria-label={`Remove ${token.key} ${token.value}`}
            onClick={() => onChange(formatQuery(tokens.toSpliced(index, 1)))}
          >
            <Icon name="x" className="i-12" />
          </button>
        </span>
      ))}
      <input
        data-search
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={add}
        onKeyDown={(event) => {
          if (event.key === 'Enter') add()
          if (event.key === 'Backspace' && text === '' && tokens.length > 0) onChange(formatQuery(tokens.slice(0, -1)))
        }}
      />
      <kbd className="h-m">/</kbd>
    </div>
  )
}
