import { isProjectFile, readPlace } from '../places.ts';

export const duration = String.raw`(?: {1,2}[([]?\d[\d.,]{0,15} ?(?:ms|s|m|µs)[)\]]?)?`;

export function projectFrame(line: string) {
  const place = readPlace(line.replace(/file:\/\//, ''));
  return place !== null && isProjectFile(place.file) ? place : null;
}
