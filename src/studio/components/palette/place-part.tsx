import { choosePlace } from '../../actions/server.js';
import { hasService, type Place } from '../../server/service.js';
import { busy, place } from '../../state.js';
import { t } from '../../words/words.js';
import { Select } from '../controls/select.js';

const PLACES: readonly Place[] = ['device', 'server'];

/** Who paints: this device, or the service that handed out the page, where one did. */
export function PlacePart() {
  if (!hasService) return null;
  return (
    <Select
      label={t('place')}
      value={place.value}
      disabled={busy.value}
      choices={PLACES.map((value) => ({ value, text: t(`place.${value}`) }))}
      onChange={(value) => choosePlace(value as Place)}
      {...(place.value === 'server' ? { help: t('placeHint') } : {})}
    />
  );
}
