import { describeMisbehaviour } from '../../support/wire/describe-misbehaviour.ts';

describeMisbehaviour('anthropic');
