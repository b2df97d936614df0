/** The SDK's models build their schemas when they are made, which costs more than a call: each is made once. */
export function memoized<Made>(make: (name: string) => Made): (name: string) => Made {
  const known = new Map<string, Made>();
  return (name) => {
    const made = known.get(name) ?? make(name);
    known.set(name, made);
    return made;
  };
}
