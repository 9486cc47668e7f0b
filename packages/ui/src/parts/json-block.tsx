/** A value as JSON that can be scrolled, or a sentence when there is nothing in it. */
export function JsonBlock({ value, empty }: { readonly value: object; readonly empty: string }) {
  if (Object.keys(value).length === 0) return <p className="mute json-none">{empty}</p>
  return (
    <pre className="code json-b" tabIndex={0}>
      {JSON.stringify(value, null, 2)}
    </pre>
  )
}
