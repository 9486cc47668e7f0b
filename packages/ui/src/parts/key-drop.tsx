import { useState } from 'react'
import { readJson } from '../lib/schema-form.ts'
import { Icon } from './icon.tsx'

interface Props {
  readonly id: string
  readonly text: string
  readonly isBad: boolean
  readonly onChange: (text: string) => void
}

/** A key file: dropped, chosen or pasted. What it says about itself is shown; its secret part is not. */
export function KeyDrop({ id, text, isBad, onChange }: Props) {
  const [isOver, setOver] = useState(false)
  const take = (file: File | undefined) => {
    if (file === undefined) return
    void file.text().then(onChange, () => onChange('')) // A file that cannot be read leaves the field empty.
  }
  const facts = describeKey(text)
  return (
    <div className="stack-2">
      <div
        className={`drop${isOver ? ' over' : ''}${text === '' ? '' : ' has'}`}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          take(event.dataTransfer.files[0])
        }}
      >
        <span className="fi">
          <Icon name="file-json" />
        </span>
        <span className="grow">
          <b className="b">{facts ?? 'Drop the key file here'}</b>
          <br />
          <input
            type="file"
            accept=".json,application/json"
            aria-label="Choose a key file"
            onChange={(event) => take(event.target.files?.[0])}
          />
        </span>
      </div>
      <textarea
        id={id}
        className="f mono"
        rows={6}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={isBad}
        aria-describedby={`${id}-why`}
        placeholder={'or paste it: { "type": "service_account", … }'}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}

function describeKey(text: string): string | null {
  if (text.trim() === '') return null
  const read = readJson(text)
  if ('error' in read || typeof read.value !== 'object' || read.value === null || Array.isArray(read.value))
    return 'This is not a key file yet'
  const { project_id, client_email } = read.value as Readonly<Record<string, unknown>>
  if (typeof client_email !== 'string') return 'JSON without client_email'
  return `${client_email}${typeof project_id === 'string' ? `, project ${project_id}` : ''}`
}
