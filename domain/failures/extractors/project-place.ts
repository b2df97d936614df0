import { isProjectFile, readPlace } from '../places.ts';

/** Frames of libraries and of the language, which name their file without its folders. */
const foreignFrame =
  /^\s{0,20}(?:at )?(?:app\/\/)?(?:org\.(?:junit|opentest4j|testng|assertj|hamcrest|mockito|codehaus|scalatest|gradle|apache\.maven|spockframework|hibernate)|java\.|javax\.|jdk\.|sun\.|com\.sun\.|junit\.|kotlin\.|scala\.|groovy\.|clojure\.)[\w.$/]{1,200}\(/;

/** What make repeats: which of its recipes failed. What failed in it is told above. */
export const makeRecap = /^\w{0,8}make(?:\.exe)?(?:\[\d{1,3}\])?: \*\*\* /;

/** The first place that a line names in a file of the project; null where it names none. */
export function projectPlace(line: string) {
  const place = foreignFrame.test(line) || makeRecap.test(line) ? null : readPlace(line);
  return place !== null && isProjectFile(place.file) ? place : null;
}
