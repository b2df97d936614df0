export { slugify } from './slug.ts';
export { countWords } from './words.ts';
export { wrap } from './wrap.ts';
