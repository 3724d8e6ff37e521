// What go-yaml does with the same text, as kubectl 1.36 shows it.
#include "pedalion/apimachinery/codec/yaml.h"

#include <gtest/gtest.h>

#include "pedalion/apimachinery/json/parse.h"
#include "pedalion/apimachinery/json/write.h"

namespace pedalion::codec {
namespace {

std::string read(std::string_view yaml) {
  auto document = parse_yaml(yaml);
  return document ? json::to_string(document->root) : document.error().message;
}

std::string written(std::string_view json) {
  std::string out;
  auto document = json::parse(json).value();
  write_yaml(document.root, out);
  return out;
}

TEST(Yaml, ReadsPlainScalarsAsVersion1Dot1) {
  EXPECT_EQ(read("[y, Y, yes, on, True, n, N, No, off, FALSE, oN]"),
            R"([true,true,true,true,true,false,false,false,false,false,"oN"])");
  EXPECT_EQ(read("[010, 0o10, 0x_ff, 0B11, 0b-1, -0b1, 1_000, 08, +7, 0o-1]"),
            R"([8,8,255,3,-1,-1,1000,8,7,"0o-1"])");
  EXPECT_EQ(read("[.6_1, ._5, -._5, 1_.5, 1., .1e1_0, 1e999, 1e-999]"),
            R"([0.61,"._5",-0.5,1.5,1,1000000000,"1e999",0])");
  EXPECT_EQ(read("[-9223372036854775808, 9223372036854775808, 0xffffffffffffffff]"),
            "[-9223372036854775808,9223372036854776000,18446744073709552000]");
  EXPECT_EQ(read("{2001-01-01: 2001-01-01, y: \"y\", 100000.5: a, 1e7: b, .inf: c}"),
            R"({".inf":"c","100000.5":"a","1e+07":"b","2001-01-01":"2001-01-01","true":"y"})");
}

TEST(Yaml, TakesTagsAtTheirWord) {
  EXPECT_EQ(read("[!!str 5, !!float 5, !!int \"5\", !!binary aGVsbG8=, !foo bar]"),
            R"(["5",5,5,"hello","bar"])");
  EXPECT_EQ(read("!!float x"), "yaml: cannot decode !!str `x` as a !!float");
  EXPECT_EQ(read("!!binary '*'"), "yaml: !!binary value contains invalid base64 data");
}

TEST(Yaml, TellsLinesAsGoYamlDoes) {
  for (auto [yaml, wanted] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"a: b: c", "yaml: mapping values are not allowed in this context"},
           {"a: 1\nb: c: d\n", "yaml: line 2: mapping values are not allowed in this context"},
           {"a: {b: c\n", "yaml: line 1: did not find expected ',' or '}'"},
           {"a: 1\n]\n", "yaml: line 1: did not find expected key"},
           {"a: \"x\n", "yaml: line 2: found unexpected end of stream"},
           {"a: \x01\n", "yaml: control characters are not allowed"},
           {"a: *x\n", "yaml: unknown anchor 'x' referenced"},
       })
    EXPECT_EQ(read(yaml), wanted) << yaml;
}

TEST(Yaml, TellsWhatIsWrongStageByStage) {
  EXPECT_EQ(read("a: &x [*x]"), "yaml: anchor 'x' value contains itself");
  EXPECT_EQ(read("{a: b}: c"), R"(yaml: invalid map key: map[interface {}]interface {}{"a":"b"})");
  EXPECT_EQ(read("a: .inf\n~: x"), "unsupported map key of type: %!s(<nil>), key: <nil>, value: \"x\"");
  EXPECT_EQ(read("a: -.inf\nb: .nan"), "json: unsupported value: -Inf");
  EXPECT_EQ(read("a: !!int x\nb: ["), "yaml: line 2: did not find expected node content");
}

TEST(Yaml, MergesInPlaceOfWhatIsThere) {
  EXPECT_EQ(read("<<: {a: 1, b: 1}\na: 2"), R"({"a":2,"b":1})");
  EXPECT_EQ(read("a: 2\n<<: {a: 1}"), R"({"a":1})");
  EXPECT_EQ(read("<<: [{a: 1}, {a: 2, b: 2}]"), R"({"a":1,"b":2})");
  EXPECT_EQ(read("\"<<\": {a: 1}"), R"({"\u003c\u003c":{"a":1}})");
  EXPECT_EQ(read("x: &x [{a: 1}]\n<<: *x"), "yaml: map merge requires map or sequence of maps as the value");
}

TEST(Yaml, ReportsKeysThatAreSetTwice) {
  std::vector<std::string> problems;
  EXPECT_EQ(json::to_string(parse_yaml("a: 1\na:\n  2\n1: x\n1: z\n", &problems)->root),
            R"({"1":"z","a":2})");
  EXPECT_EQ(problems, (std::vector<std::string>{"line 3: key \"a\" already set in map",
                                                "line 5: key 1 already set in map"}));
}

TEST(Yaml, BoundsWhatAliasesMakeOfADocument) {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char name = 'b'; name <= 'h'; ++name) {
    bomb += std::string(1, name) + ": &" + name + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string(i == 0 ? "*" : ", *") + static_cast<char>(name - 1);
    bomb += "]\n";
  }
  EXPECT_EQ(read(bomb), "yaml: document contains excessive aliasing");
}

TEST(Yaml, QuotesWhatWouldReadAsSomethingElse) {
  EXPECT_EQ(written(R"({"a":"y","b":"0o7","c":"1:20","d":"2001-1-1 1:2:3","e":"2001-13-01","f":".nan"})"),
            "a: \"y\"\nb: \"0o7\"\nc: \"1:20\"\nd: \"2001-1-1 1:2:3\"\ne: 2001-13-01\nf: \".nan\"\n");
  EXPECT_EQ(written(R"({"a":"a: b","b":"a #b","c":"---","d":"it's","e":"'q'","f":"#x","g":"-x","h":" x"})"),
            "a: 'a: b'\nb: 'a #b'\nc: '---'\nd: it's\ne: '''q'''\nf: '#x'\ng: -x\nh: ' x'\n");
  EXPECT_EQ(written(R"({"a":"","b":"null","c":"=","d":"a:","":"<<"})"),
            "\"\": <<\na: \"\"\nb: \"null\"\nc: =\nd: 'a:'\n");
  EXPECT_EQ(written(R"({"a":"6\t","b":"\u0007\r","c":"\ud83d\ude00","d":"\u00e9","e":"\ufeffx"})"),
            "a: \"6\\t\"\nb: \"\\a\\r\"\nc: \"\\U0001F600\"\nd: \xC3\xA9\ne: \"\\uFEFF\\x78\"\n");
}

TEST(Yaml, WritesLinesAsLiteralText) {
  EXPECT_EQ(written(R"({"a":"x\ny","b":"x\n","c":"x\n\n","d":"\n"," e":["x\ny"],"f":" x\ny"})"),
            "' e':\n- |-\n  x\n  y\na: |-\n  x\n  y\nb: |\n  x\nc: |+\n  x\n\nd: |2+\n\nf: |2-\n   x\n  y\n");
  EXPECT_EQ(written(R"({"a":"x \ny","b":"x\n ","c":"x\n\ty"})"),
            "a: \"x \\ny\"\nb: \"x\\n \"\nc: \"x\\n\\ty\"\n");
}

TEST(Yaml, WritesKeysThatDoNotFitBehindAQuestionMark) {
  EXPECT_EQ(written(R"({"x\ny":{"a":1,"b":[2]},"x\nz":[1,{"b":2}],"z":[[1,[2]],[],{}]})"),
            "? |-\n  x\n  y\n: a: 1\n  b:\n  - 2\n? |-\n  x\n  z\n: - 1\n  - b: 2\nz:\n- - 1\n  - - 2\n- "
            "[]\n- {}\n");
  std::string key(128, 'k');
  EXPECT_EQ(written("{\"" + key + "\":1}"), key + ": 1\n");
  EXPECT_EQ(written("{\"" + key + "k\":1}"), "? " + key + "k\n: 1\n");
}

TEST(Yaml, FoldsLongTextBehindColumn80) {
  std::string words;
  for (int i = 0; i < 20; ++i) words += "word ";
  EXPECT_EQ(written("{\"key\":\"" + words + "end\"}"),
            "key: word word word word word word word word word word word word word word word word\n"
            "  word word word word end\n");
  EXPECT_EQ(written("{\"key\":\"" + words + "\\t\"}"),
            "key: \"word word word word word word word word word word word word word word word word\n"
            "  word word word word \\t\"\n");
}

TEST(Yaml, SortsKeysByTheNumbersInThem) {
  EXPECT_EQ(written(R"({"a10":0,"a2":0,"a-":0,"b":0,"B":0,"a":0})"),
            "B: 0\na: 0\na-: 0\na2: 0\na10: 0\nb: 0\n");
}

TEST(Yaml, WritesFloatsAsGo) {
  EXPECT_EQ(written("[1.5,100000.0,1e6,1234567.5,0.0001,0.00001,1e21]"),
            "- 1.5\n- 100000\n- 1e+06\n- 1.2345675e+06\n- 0.0001\n- 1e-05\n- 1e+21\n");
}

// JSON on one line is read as such; with another line, as YAML.
TEST(Yaml, ReadsPlainJsonAsItReadsYaml) {
  for (std::string_view json :
       {R"({})",
        R"({"b":[1,-2,true,null,"x y",{}],"a":{"d":"1","c":"# : - ? {} [] & * ! | > ' % @ `"}})",
        R"({ "a" : 1 , "b" : [ ] })",
        R"({"a":0,"b":123456789012345678})",
        R"({"a":9223372036854775808})",
        R"({"a":1.5,"b":1e3,"c":-0.0,"d":1.0})",
        R"({"a":-0})",
        R"({"true":1,"1":2,"":3,"~":4})",
        R"({"<<":{"a":1},"b":2})",
        R"({"a":"\u00e9\/\"","b":"\ud83d\ude00"})",
        R"({"a":"Grüße"})",
        R"({"a":1,"a":2})",
        R"({"a":1} )",
        R"({"a":1}x)",
        R"({"a":01})",
        R"({"a":tru})",
        R"({"a":[1,]})",
        R"({"a"})",
        R"({"a":"b"c})",
        R"([1])",
        R"({"a":1,})",
        R"({"a":null,"b":[null]})"}) {
    EXPECT_EQ(read(json), read(std::string(json) + "\n")) << json;
  }
  for (std::size_t length : {900U, 1000U, 1001U, 1021U, 1022U, 1023U, 1024U, 1030U}) {
    const std::string json = "{\"" + std::string(length, 'k') + "\":1}";
    EXPECT_EQ(read(json), read(json + "\n")) << length;
  }
}

}  // namespace
}  // namespace pedalion::codec
