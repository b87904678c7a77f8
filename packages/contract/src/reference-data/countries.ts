/**
 * Ids of countries and states, as the published abbreviations page of the 2026 generation lists them.
 * The documents' own examples use UK and, among the premium countries, US; the lists do not have them.
 */

/** Two-letter ids of a list that is written with blanks between them. */
function ids(text: string): readonly string[] {
  return Object.freeze(text.trim().split(/\s+/));
}

/** Countries of a billing contact. */
export const countries: readonly string[] = ids(`
  AE AD AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS
  BT BV BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR CS CV CY CZ DE DJ DK DM DO DZ EC EE EG ER
  ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HN HR HT
  HU ID IE IL IM IN IO IQ IS IT JE JM JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI LK LR LS
  LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF
  NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC
  SE SG SI SK SL SM SN SO SR SS ST SV SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
  UK UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
`);

/** States of a billing contact in the United States and Canada. */
export const states: readonly string[] = ids(`
  AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM
  NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AB BC MB NB NL NS NU ON PE QC SK NT
  YT AA AE
`);

/** Countries with toll-free numbers for audio plans. */
export const tollFreeCountries: readonly string[] = ids(`
  AR AU AT BS BH BE BO BA BR BG CA CL CN CO HR CY CZ DK DO EC FJ FI FR DE GH GR HN HK HU IN IE
  IL IT JP KE LV LT LU MO MK MY MT MX NL NZ NO OM PA PY PE PH PL PT PR QA RO RU SA SG SK SI ZA
  KR ES SE CH TW TR UA AE GB US VE GT IS UY
`);

/** Countries with premium numbers for audio plans. */
export const premiumCountries: readonly string[] = ids(`
  CN CR IN ID JM KW MO NG PK PH LK TW TZ TH UG VN ZW
`);

/** Countries that audio and phone plans may call out to. */
export const calloutCountries: readonly string[] = ids(`
  DE HK TW PT DK LT LU PY HR LV UA HU QA UG ID IE EC US EE EG MO IL AE IN MT ZA IT MX MY ES VE
  AR AT AU VN NG RO NL NO BE FI RU BG BH JP FR NZ BO SA BR SE SG SI SK KE GB CA GE OM CH KR CL
  CN GR CO CR PA TH PE CY CZ PH PL TR
`);
