import { isProjectFile, readPlace } from '../places.ts';

export function projectPlace(line: string) {
  const place = readPlace(line);
  return place !== null && isProjectFile(place.file) ? place : null;
}
