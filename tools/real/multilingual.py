"""Texts in many languages: article 1 of the Universal Declaration of Human Rights, which is in the public domain. It
has two sentences, so that translations of one can be told from those of the other."""

# By language: the first and the second sentence.
ARTICLE = {
    "en": ("All human beings are born free and equal in dignity and rights.",
           "They are endowed with reason and conscience and should act towards one another in a spirit of "
           "brotherhood."),
    "de": ("Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
           "Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen."),
    "fr": ("Tous les êtres humains naissent libres et égaux en dignité et en droits.",
           "Ils sont doués de raison et de conscience et doivent agir les uns envers les autres dans un esprit de "
           "fraternité."),
    "es": ("Todos los seres humanos nacen libres e iguales en dignidad y derechos.",
           "Dotados como están de razón y conciencia, deben comportarse fraternalmente los unos con los otros."),
    "pt": ("Todos os seres humanos nascem livres e iguais em dignidade e em direitos.",
           "Dotados de razão e de consciência, devem agir uns para com os outros em espírito de fraternidade."),
    "it": ("Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti.",
           "Essi sono dotati di ragione e di coscienza e devono agire gli uni verso gli altri in spirito di "
           "fratellanza."),
    "nl": ("Alle mensen worden vrij en gelijk in waardigheid en rechten geboren.",
           "Zij zijn begiftigd met verstand en geweten, en behoren zich jegens elkander in een geest van broederschap "
           "te gedragen."),
    "sv": ("Alla människor är födda fria och lika i värde och rättigheter.",
           "De är utrustade med förnuft och samvete och bör handla gentemot varandra i en anda av broderskap."),
    "fi": ("Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.",
           "Heille on annettu järki ja omatunto, ja heidän on toimittava toisiaan kohtaan veljeyden hengessä."),
    "pl": ("Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.",
           "Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa."),
    "cs": ("Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv.",
           "Jsou nadáni rozumem a svědomím a mají spolu jednat v duchu bratrství."),
    "hu": ("Minden emberi lény szabadon születik és egyenlő méltósága és joga van.",
           "Az emberek, ésszel és lelkiismerettel bírván, egymással szemben testvéri szellemben kell hogy "
           "viseltessenek."),
    "tr": ("Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.",
           "Akıl ve vicdana sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler."),
    "ru": ("Все люди рождаются свободными и равными в своем достоинстве и правах.",
           "Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства."),
    "uk": ("Всі люди народжуються вільними і рівними у своїй гідності та правах.",
           "Вони наділені розумом і совістю і повинні діяти у відношенні один до одного в дусі братерства."),
    "el": ("Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
           "Είναι προικισμένοι με λογική και συνείδηση, και οφείλουν να συμπεριφέρονται μεταξύ τους με πνεύμα "
           "αδελφοσύνης."),
    "ar": ("يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.",
           "وقد وهبوا عقلًا وضميرًا وعليهم أن يعامل بعضهم بعضًا بروح الإخاء."),
    "he": ("כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
           "כולם חוננו בתבונה ובמצפון, לפיכך חובה עליהם לנהוג איש ברעהו ברוח של אחווה."),
    "fa": ("تمام افراد بشر آزاد به دنیا می‌آیند و از لحاظ حیثیت و حقوق با هم برابرند.",
           "همه دارای عقل و وجدان هستند و باید نسبت به یکدیگر با روح برادری رفتار کنند."),
    "hi": ("सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
           "उन्हें बुद्धि और अन्तरात्मा की देन प्राप्त है और परस्पर उन्हें भाईचारे के भाव से बर्ताव करना चाहिए।"),
    "bn": ("সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে।",
           "তাঁদের বিবেক এবং বুদ্ধি আছে; সুতরাং সকলেরই একে অপরের প্রতি ভ্রাতৃত্বসুলভ মনোভাব নিয়ে আচরণ করা উচিত।"),
    "ta": ("மனிதப் பிறவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; அவர்கள் மதிப்பிலும் உரிமைகளிலும் சமமானவர்கள்.",
           "அவர்கள் நியாயத்தையும் மனசாட்சியையும் இயற்பண்பாகப் பெற்றவர்கள்; ஒருவருடனொருவர் சகோதர உணர்வுப் பாங்கில் "
           "நடந்துகொள்ளல் வேண்டும்."),
    "th": ("มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
           "ต่างมีเหตุผลและมโนธรรม และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ"),
    "vi": ("Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền.",
           "Mọi con người đều được tạo hoá ban cho lý trí và lương tâm và cần phải đối xử với nhau trong tình anh em."),
    "id": ("Semua orang dilahirkan merdeka dan mempunyai martabat dan hak-hak yang sama.",
           "Mereka dikaruniai akal dan hati nurani dan hendaknya bergaul satu sama lain dalam semangat persaudaraan."),
    "sw": ("Watu wote wamezaliwa huru, hadhi na haki zao ni sawa.",
           "Wote wamejaliwa akili na dhamiri, hivyo yapasa watendeane kindugu."),
    "ko": ("모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
           "인간은 천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동하여야 한다."),
    "ja": ("すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
           "人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。"),
    "zh": ("人人生而自由，在尊严和权利上一律平等。", "他们赋有理性和良心，并应以兄弟关系的精神相对待。"),
    "ka": ("ყველა ადამიანი იბადება თავისუფალი და თანასწორი თავისი ღირსებითა და უფლებებით.",
           "მათ მინიჭებული აქვთ გონება და სინდისი და ერთმანეთის მიმართ უნდა იქცეოდნენ ძმობის სულისკვეთებით."),
}

# Every sentence, the first of all languages and then the second.
SENTENCES = [sentences[index] for index in (0, 1) for sentences in ARTICLE.values()]


def retrieved(embeddings):
    """Of how many sentences the English one of the same meaning is the nearer; `embeddings` [sentences, dimensions] are
    those of SENTENCES, normalised."""
    half = len(ARTICLE)
    english = embeddings[[0, half]]
    return sum(int((english @ row).argmax()) == index // half for index, row in enumerate(embeddings))
