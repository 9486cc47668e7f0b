import type { ReactNode } from 'react'
import type { Complaints, FormField, Typed } from '../lib/schema-form.ts'
import { Icon } from './icon.tsx'

interface FieldProps {
  readonly id: string
  readonly label: string
  readonly type?: string
  readonly help?: string
  readonly error?: string | undefined
  readonly children: ReactNode
}

/** Label, control, and below it the reason why its value is refused, or help. */
export function Field({ id, label, type, help = '', error, children }: FieldProps) {
  return (
    <div className={`fld${error === undefined ? '' : ' bad'}`}>
      <label htmlFor={id}>
        {label}
        {type === undefined ? null : <span className="ty">{type}</span>}
      </label>
      {children}
      {error === undefined ? null : (
        <p className="err" id={`${id}-why`} role="alert">
          <Icon name="s-failed" />
          {error}
        </p>
      )}
      {help === '' ? null : (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </div>
  )
}

interface SchemaFieldsProps {
  readonly fields: readonly FormField[]
  readonly typed: Typed
  readonly complaints: Complaints
  readonly onChange: (name: string, text: string | null) => void
}

/** One control for each property of a JSON Schema. */
export function SchemaFields({ fields, typed, complaints, onChange }: SchemaFieldsProps) {
  return (
    <>
      {fields.map((field) => {
        const id = `field-${field.name}`
        const error = complaints[field.name]
        return (
          <Field
            key={field.name}
            id={id}
            label={field.title}
            type={`${field.kind}${field.required ? ', required' : ''}`}
            help={field.description}
            error={error}
          >
            <Control
              id={id}
              field={field}
              value={typed[field.name] ?? null}
              isBad={error !== undefined}
              onChange={(text) => onChange(field.name, text)}
            />
          </Field>
        )
      })}
    </>
  )
}

interface ControlProps {
  readonly id: string
  readonly field: FormField
  readonly value: string | null
  readonly isBad: boolean
  readonly onChange: (text: string | null) => void
}

function Control({ id, field, value, isBad, onChange }: ControlProps) {
  const common = { id, 'aria-invalid': isBad, 'aria-describedby': `${id}-why ${id}-help` }
  switch (field.kind) {
    case 'boolean':
      return (
        <span className="sw">
          <input
            {...common}
            type="checkbox"
            role="switch"
            checked={value === 'true'}
            onChange={(event) => onChange(String(event.target.checked))}
          />
          {value === 'true' ? 'Yes' : 'No'}
        </span>
      )
    case 'choice':
      return (
        <select {...common} value={value ?? ''} onChange={(event) => onChange(event.target.value || null)}>
          <option value="">No value</option>
          {field.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )
    case 'json':
      return (
        <textarea
          {...common}
          className="f mono"
          rows={Math.min(14, Math.max(3, (value ?? '').split('\n').length))}
          spellCheck={false}
          value={value ?? ''}
          placeholder="JSON, for example {} or []"
          onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
        />
      )
    case 'secret':
      return (
        <input
          {...common}
          className="f"
          type="password"
          autoComplete="new-password"
          value={value ?? ''}
          onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
        />
      )
    case 'integer':
    case 'number':
    case 'text':
    case 'date-time':
      return (
        <input
          {...common}
          className="f"
          inputMode={field.kind === 'integer' ? 'numeric' : field.kind === 'number' ? 'decimal' : 'text'}
          value={value ?? ''}
          placeholder={field.nullable ? 'No value' : ''}
          onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
        />
      )
  }
}
