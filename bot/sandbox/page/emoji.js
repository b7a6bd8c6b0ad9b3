/* Short names of the common emoji. Those that carry state are drawn by us, so that they look alike on every machine. */

import { h } from "./dom.js";

const TABLE = `
+1 👍 -1 👎 thumbsup 👍 thumbsdown 👎 alarm_clock ⏰ alert 🚨 ambulance 🚑 anchor ⚓ arrow_down ⬇️ arrow_down_small 🔽 arrow_left ⬅️
arrow_lower_right ↘️ arrow_right ➡️ arrow_right_hook ↪️ leftwards_arrow_with_hook ↩️ arrow_up ⬆️ arrow_up_small 🔼
arrow_upper_right ↗️ arrows_counterclockwise 🔄 ballot_box_with_check ☑️ balloon 🎈 bangbang ‼️ bank 🏦 bar_chart 📊 beers 🍻
beetle 🐞 bell 🔔 no_bell 🔕 black_circle ⚫ black_large_square ⬛ black_square_for_stop ⏹️ blue_book 📘 blue_heart 💙 book 📖
bookmark 🔖 books 📚 boom 💥 broken_heart 💔 bug 🐛 bulb 💡 busts_in_silhouette 👥 bust_in_silhouette 👤 calendar 📆
date 📅 spiral_calendar_pad 🗓️ card_index 📇 chart 💹 chart_with_downwards_trend 📉 chart_with_upwards_trend 📈 clap 👏 clipboard 📋
clock1 🕐 clock3 🕒 clock9 🕘 closed_book 📕 cloud ☁️ coffee ☕ computer 💻 construction 🚧 credit_card 💳 crossed_fingers 🤞 crown 👑
crystal_ball 🔮 cry 😢 dart 🎯 desktop_computer 🖥️ dollar 💵 moneybag 💰 money_with_wings 💸 door 🚪 double_vertical_bar ⏸️ pause_button ⏸️
droplet 💧 ear 👂 earth_africa 🌍 email 📧 envelope ✉️ exclamation ❗ grey_exclamation ❕ question ❓ grey_question ❔ eyes 👀
face_with_monocle 🧐 factory 🏭 fast_forward ⏩ rewind ⏪ file_folder 📁 fire 🔥 fire_engine 🚒 fire_extinguisher 🧯 firefighter 🧑‍🚒 flashlight 🔦
gear ⚙️ ghost 👻 gift 🎁 globe_with_meridians 🌐 green_book 📗 green_heart 💚 grin 😁 hammer 🔨 hammer_and_wrench 🛠️ handshake 🤝
heart ❤️ heartbeat 💓 heavy_check_mark ✔️ heavy_minus_sign ➖ heavy_multiplication_x ✖️ heavy_plus_sign ➕ heavy_exclamation_mark ❗
heavy_dollar_sign 💲 high_brightness 🔆 hourglass ⌛ hourglass_flowing_sand ⏳ hospital 🏥 house 🏠 hugging_face 🤗 ice_cube 🧊 inbox_tray 📥
outbox_tray 📤 information_source ℹ️ joy 😂 key 🔑 keycap_star *️⃣ kissing_heart 😘 label 🏷️ ladybug 🐞 large_blue_circle 🔵 large_blue_square 🟦
large_green_circle 🟢 large_green_square 🟩 large_orange_circle 🟠 large_orange_square 🟧 large_purple_circle 🟣 large_red_square 🟥
large_yellow_circle 🟡 large_yellow_square 🟨 large_blue_diamond 🔷 large_orange_diamond 🔶 link 🔗 lock 🔒 unlock 🔓 closed_lock_with_key 🔐
loudspeaker 📢 mega 📣 mag 🔍 mag_right 🔎 mailbox 📫 man-shrugging 🤷 shrug 🤷 facepalm 🤦 medal 🎖️ memo 📝 microscope 🔬 mortar_board 🎓
mountain ⛰️ mute 🔇 muscle 💪 neutral_face 😐 new 🆕 newspaper 📰 no_entry ⛔ no_entry_sign 🚫 o ⭕ octagonal_sign 🛑 ok 🆗 ok_hand 👌
package 📦 page_facing_up 📄 paperclip 📎 partying_face 🥳 pencil ✏️ pencil2 ✏️ pensive 😔 phone ☎️ point_right 👉 point_down 👇 point_up ☝️
police_car 🚓 pray 🙏 pushpin 📌 purple_heart 💜 rage 😡 raised_hands 🙌 raised_hand ✋ raising_hand 🙋 recycle ♻️ red_circle 🔴 relaxed ☺️
repeat 🔁 robot_face 🤖 rocket 🚀 rotating_light 🚨 scales ⚖️ scroll 📜 seedling 🌱 shield 🛡️ signal_strength 📶 simple_smile 🙂 slightly_smiling_face 🙂
skull 💀 sleeping 😴 sleuth_or_spy 🕵️ small_blue_diamond 🔹 small_orange_diamond 🔸 small_red_triangle 🔺 small_red_triangle_down 🔻 smile 😄 smiley 😃
snail 🐌 snowflake ❄️ sob 😭 sparkles ✨ speech_balloon 💬 left_speech_bubble 🗨️ star ⭐ star2 🌟 stopwatch ⏱️ sunny ☀️ sunglasses 😎 sweat_smile 😅
tada 🎉 telescope 🔭 test_tube 🧪 alembic ⚗️ thermometer 🌡️ thinking_face 🤔 thought_balloon 💭 ticket 🎫 timer_clock ⏲️ tools 🛠️ toolbox 🧰 traffic_light 🚦
triangular_flag_on_post 🚩 triangular_ruler 📐 trophy 🏆 truck 🚚 turtle 🐢 umbrella ☔ unamused 😒 v ✌️ vertical_traffic_light 🚦 warning ⚠️ wastebasket 🗑️
wave 👋 waving_white_flag 🏳️ checkered_flag 🏁 whale 🐳 white_check_mark ✅ white_circle ⚪ white_large_square ⬜ wink 😉 wrench 🔧 writing_hand ✍️ x ❌
yellow_heart 💛 yum 😋 zap ⚡ zzz 💤 satellite 🛰️ satellite_antenna 📡 black_right_pointing_triangle_with_double_vertical_bar ⏯️ arrow_forward ▶️ large_brown_circle 🟤
one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ 100 💯 sos 🆘 hash #️⃣ baby_chick 🐤 hatching_chick 🐣 bird 🐦 canary 🐤 brain 🧠 abacus 🧮 compass 🧭 receipt 🧾 lower_left_ballpoint_pen 🖊️
`.trim().split(/\s+/);

const CHARACTERS = new Map();
for (let at = 0; at < TABLE.length; at += 2) CHARACTERS.set(TABLE[at], TABLE[at + 1]);

/** Names with a symbol of their own in emoji.svg. */
const DRAWN = new Set(`red_circle large_orange_circle large_yellow_circle large_green_circle large_blue_circle large_purple_circle white_circle black_circle
white_check_mark heavy_check_mark x warning rotating_light no_entry octagonal_sign hourglass_flowing_sand bell no_bell lock zap eyes
information_source bulb rocket bar_chart chart_with_upwards_trend chart_with_downwards_trend moneybag shield gear fire mag clipboard
arrows_counterclockwise leftwards_arrow_with_hook tada wave bust_in_silhouette busts_in_silhouette robot_face memo link
stopwatch mute package books mortar_board hammer_and_wrench no_entry_sign pushpin fast_forward repeat speech_balloon calendar
`.trim().split(/\s+/));

const SAME_PICTURE = {
  hourglass: "hourglass_flowing_sand", alert: "rotating_light", alarm_clock: "stopwatch", timer_clock: "stopwatch", tools: "hammer_and_wrench",
  wrench: "hammer_and_wrench", date: "calendar", spiral_calendar_pad: "calendar", pencil: "memo", mag_right: "mag", money_with_wings: "moneybag",
  dollar: "moneybag", closed_lock_with_key: "lock", large_red_circle: "red_circle", book: "books", heavy_multiplication_x: "x",
  ballot_box_with_check: "white_check_mark", thought_balloon: "speech_balloon", rewind: "leftwards_arrow_with_hook",
};

const NAMES = new Map([...CHARACTERS].map(([name, character]) => [character.replace("\uFE0F", ""), name]));

const isEmoji = (name) => CHARACTERS.has(name) || name in SAME_PICTURE;

/** The picture for `:name:`, or null for a name we do not know (which then stays as it was typed). */
export function emojiNode(name) {
  if (!isEmoji(name)) return null;
  const drawn = SAME_PICTURE[name] ?? name;
  const props = { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` };
  return h("span", props, DRAWN.has(drawn) ? picture(drawn) : CHARACTERS.get(name));
}

/** Every name, each character once. */
export function emojiNames() {
  const seen = new Set();
  return [...CHARACTERS].filter(([, character]) => !seen.has(character) && seen.add(character)).map(([name]) => name);
}

function picture(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/page/emoji.svg#${name}`);
  svg.append(use);
  return svg;
}

const PICTOGRAPH = /\p{Extended_Pictographic}\uFE0F?/gu;

/** Text with the pictographs that we draw replaced by our pictures; the rest stays text. */
export function textWithPictures(text) {
  const parts = [];
  let last = 0;
  for (const match of text.matchAll(PICTOGRAPH)) {
    const name = NAMES.get(match[0].replace("\uFE0F", ""));
    if (!name || !DRAWN.has(SAME_PICTURE[name] ?? name)) continue;
    parts.push(text.slice(last, match.index), emojiNode(name));
    last = match.index + match[0].length;
  }
  return [...parts, text.slice(last)].filter((part) => part !== "");
}
