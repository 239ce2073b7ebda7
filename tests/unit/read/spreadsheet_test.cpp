#include "fathom/read/spreadsheet.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "read/workbook_numbers.h"
#include "unit/read/tensor_files.h"

namespace fathom {
namespace {

using Row = std::vector<std::string>;
using Rows = std::vector<Row>;
using Members = std::vector<std::pair<std::string, std::string>>;

const std::string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const std::string main_names = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

std::string relation(const std::string& id, const std::string& type, const std::string& target) {
  return R"(<Relationship Id=")" + id + R"(" Type=")" + office + "/" + type + R"(" Target=")" + target +
         R"("/>)";
}
std::string relations(const std::string& all) {
  return "<?xml version=\"1.0\"?><Relationships>" + all + "</Relationships>";
}
std::string sheet_of(const std::string& rows) {
  return "<worksheet xmlns=\"" + main_names + "\"><sheetData>" + rows + "</sheetData></worksheet>";
}
std::string texts(const Row& cells) {
  std::string row = "<row>";
  for (const std::string& cell : cells) row += "<c t=\"inlineStr\"><is><t>" + cell + "</t></is></c>";
  return row + "</row>";
}

class Workbooks : public ArrayFiles {
 protected:
  /// Two sheets, "Data" and "Other", laid out as openpyxl 3.0 does.
  std::string workbook(const std::string& sheet, const Members& more = {}) const {
    Members members = {
        {"_rels/.rels", relations(relation("rId1", "officeDocument", "xl/workbook.xml"))},
        {"xl/workbook.xml", "<workbook xmlns=\"" + main_names + "\" xmlns:r=\"" + office +
                                "\"><workbookPr/><sheets><sheet name=\"Data\" sheetId=\"1\" r:id=\"rId1\"/>"
                                "<sheet name=\"Other\" sheetId=\"2\" r:id=\"rId2\"/></sheets></workbook>"},
        {"xl/_rels/workbook.xml.rels", relations(relation("rId1", "worksheet", "/xl/worksheets/sheet1.xml") +
                                                 relation("rId2", "worksheet", "worksheets/sheet2.xml") +
                                                 relation("rId3", "styles", "styles.xml") +
                                                 relation("rId4", "sharedStrings", "sharedStrings.xml"))},
        {"xl/worksheets/sheet1.xml", sheet},
        {"xl/worksheets/sheet2.xml", sheet_of(texts({"x"}) + texts({"1"}))},
        {"xl/styles.xml", "<styleSheet/>"},
        {"xl/sharedStrings.xml", "<sst/>"},
    };
    for (const auto& member : more) {
      std::erase_if(members, [&](const auto& each) { return each.first == member.first; });
      if (!member.second.empty()) members.push_back(member);
    }
    return zip_of(folder() / "made.xlsx", members, ZIP_CM_DEFLATE);
  }
  static Spreadsheet parse(const std::string& file) { return parse_workbook(bytes_of(file), "a.xlsx"); }
  static std::string refusal(const std::string& file) {
    return message_of([&] { parse(file); });
  }
  std::string sheet_refusal(const std::string& rows) const { return refusal(workbook(sheet_of(rows))); }
};

TEST_F(Workbooks, ReadsWhatOpenpyxlWrote) {
  // Cells and styles as openpyxl 3.0.9 wrote them of texts, numbers, dates, times and truth values.
  const std::string sheet = sheet_of(
      R"(<row r="1"><c r="A1" t="inlineStr"><is><t>Patient ID</t></is></c><c r="B1" t="inlineStr"><is><t>Start )"
      R"(Slice</t></is></c><c r="C1" t="inlineStr"><is><t>Date</t></is></c><c r="D1" t="inlineStr"><is><t>Seen)"
      R"(</t></is></c><c r="E1" t="inlineStr"><is><t>Score</t></is></c><c r="F1" t="inlineStr"><is><t>Active</t)"
      R"(></is></c><c r="G1" t="inlineStr"><is><t>Note</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is)"
      R"(><t>BM_001</t></is></c><c r="B2" t="n"><v>89</v></c><c r="C2" s="1" t="n"><v>43804</v></c><c r="D2" s=")"
      R"(2" t="n"><v>43804.57291666666</v></c><c r="E2" t="n"><v>0.1</v></c><c r="F2" t="b"><v>1</v></c><c r="G)"
      R"(2" t="inlineStr"><is><t>a, "b" &amp; &lt;c&gt;</t></is></c></row><row r="4"><c r="A4" t="inlineStr"><i)"
      R"(s><t>BM_002</t></is></c><c r="B4" t="n"><v>12.5</v></c><c r="C4" s="1" t="n"><v>1</v></c><c r="D4" s=")"
      R"(3" t="n"><v>0.2710069444444445</v></c><c r="E4" t="n"><v>1e+300</v></c><c r="F4" t="b"><v>0</v></c></r)"
      R"(ow><row r="5"><c r="B5" t="n"><v>100000</v></c><c r="E5" t="n"><v>-3</v></c><c r="G5" t="inlineStr"><i)"
      "s><t xml:space=\"preserve\">  two\nlines  </t></is></c></row><row r=\"9\"><c r=\"J9\" s=\"4\" "
      "t=\"n\"></c></row>");
  const std::string styles =
      R"(<styleSheet><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/><numFmt numFmtId="165" )"
      R"(formatCode="yyyy-mm-dd h:mm:ss"/></numFmts><cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="164"/>)"
      R"(<xf numFmtId="165"/><xf numFmtId="21"/><xf numFmtId="2"/></cellXfs></styleSheet>)";
  const Spreadsheet table = parse(workbook(sheet, {{"xl/styles.xml", styles}}));
  EXPECT_EQ(table.header, (Row{"Patient ID", "Start Slice", "Date", "Seen", "Score", "Active", "Note"}));
  EXPECT_EQ(table.rows,
            (Rows{{"BM_001", "89", "2019-12-05", "2019-12-05 13:45:00", "0.1", "TRUE", "a, \"b\" & <c>"},
                  {"BM_002", "12.5", "1900-01-01", "06:30:15", "1e+300", "FALSE", ""},
                  {"", "100000", "", "", "-3", "", "  two\nlines  "}}));
  EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 4, 5}));
}

TEST_F(Workbooks, SharedTextsAreThoseOfExcel) {
  // ECMA-376 part 1, 18.4: formatted runs make one text, what is pronounced (rPh) is none of it.
  const std::string strings =
      "<sst><si><t>name</t></si><si><r><t>two </t></r><r><rPr><b/></rPr><t>runs</t></r></si>"
      "<si><t>text</t><rPh sb=\"0\" eb=\"1\"><t>spoken</t></rPh></si></sst>";
  const std::string sheet = sheet_of(
      "<row r=\"3\"><c r=\"C3\" t=\"s\"><v>0</v></c><c r=\"AB3\" t=\"s\"><v>1</v></c></row>"
      "<row r=\"4\"><c r=\"C4\" t=\"s\"><v>2</v></c><c r=\"AB4\" t=\"str\"><f>A1</f><v>of a "
      "formula</v></c></row>"
      "<row r=\"5\"><c r=\"C5\" t=\"e\"><v>#N/A</v></c><c r=\"AB5\" t=\"d\"><v>2019-12-05</v></c></row>");
  const Spreadsheet table = parse(workbook(sheet, {{"xl/sharedStrings.xml", strings}}));
  EXPECT_EQ(table.header, (Row{"name", "two runs"}));
  EXPECT_EQ(table.rows, (Rows{{"text", "of a formula"}, {"#N/A", "2019-12-05"}}));
  EXPECT_EQ(table.lines, (std::vector<std::size_t>{4, 5}));
}

TEST_F(Workbooks, WritersMayNameTheNamespace) {
  const std::string sheet =
      "<x:worksheet xmlns:x=\"m\"><x:sheetData><x:row><x:c "
      "t=\"inlineStr\"><x:is><x:t>a</x:t></x:is></x:c></x:row>"
      "<x:row><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>";
  EXPECT_EQ(parse(workbook(sheet)).rows, (Rows{{"1"}}));
}

TEST_F(Workbooks, TakesTheSheetThatIsNamed) {
  const auto path = write("b.xlsx", workbook(sheet_of(texts({"a"}))));
  EXPECT_EQ(read_spreadsheet(path).header, Row{"a"});
  EXPECT_EQ(read_spreadsheet(path, "Other").rows, Rows{{"1"}});
  EXPECT_TRUE(says(message_of([&] { read_spreadsheet(path, "data"); }),
                   {"b.xlsx", "no sheet \"data\"", "\"Data\", \"Other\""}));
}

TEST_F(Workbooks, ARenamedColumnIsNamedWithTheOneLikeIt) {
  const Spreadsheet table =
      parse(workbook(sheet_of(texts({"Patient ID", "Start slice"}) + texts({"a", "1"}))));
  EXPECT_TRUE(says(message_of([&] { table.column("Start Slice"); }),
                   {"a.xlsx: has no column \"Start Slice\"", "\"Patient ID\", \"Start slice\"",
                    "did you mean \"Start slice\"?"}));
  EXPECT_TRUE(says(message_of([&] { table.column("UCLA Score"); }), {"name one of its columns"}));
}

TEST_F(Workbooks, NamesTheRowOfWhatIsWrong) {
  const std::string header = texts({"a", "b"});
  EXPECT_TRUE(says(sheet_refusal(""), {"a.xlsx: has nothing in its sheet \"Data\""}));
  EXPECT_TRUE(says(sheet_refusal(texts({"a", "a"})), {"a.xlsx:1", "two columns are named \"a\""}));
  EXPECT_TRUE(says(sheet_refusal(header + texts({"1", "2", "3"})), {"a.xlsx:1", "column 3 has no name"}));
  EXPECT_TRUE(says(sheet_refusal(header + "<row r=\"2\"><c t=\"s\"><v>0</v></c></row>"),
                   {"a.xlsx:2", "shared text that is not there"}));
  EXPECT_TRUE(says(sheet_refusal("<row r=\"7\"/><row r=\"7\"/>"), {"a.xlsx:8", "out of order"}));
  EXPECT_TRUE(says(sheet_refusal("<row r=\"2000000\"/>"), {"out of order"}));
  EXPECT_TRUE(says(sheet_refusal("<row><c r=\"B1\"/><c r=\"A1\"/></row>"), {"a.xlsx:1", "proper place"}));
  EXPECT_TRUE(says(sheet_refusal("<row><c r=\"XFE1\"/></row>"), {"a.xlsx:1", "proper place"}));
  EXPECT_TRUE(says(sheet_refusal("<row><c r=\"7\"/></row>"), {"a.xlsx:1", "proper place"}));
}

TEST_F(Workbooks, RefusesWhatIsNoWorkbook) {
  const std::string whole = workbook(sheet_of(texts({"a"})));
  EXPECT_TRUE(says(refusal(whole.substr(0, whole.size() / 2)), {"a.xlsx", "not a readable .xlsx workbook"}));
  EXPECT_TRUE(says(refusal(workbook("<worksheet><sheetData><row>")), {"sheet1.xml", "not well-formed XML"}));
  EXPECT_TRUE(says(refusal(workbook("", {{"_rels/.rels", ""}})), {"a zip archive without a workbook"}));
  EXPECT_TRUE(says(refusal(workbook("x", {{"xl/worksheets/sheet1.xml", ""}})),
                   {"no part \"xl/worksheets/sheet1.xml\""}));
  EXPECT_TRUE(says(message_of([&] { read_spreadsheet(write("c.xlsx", "a,b\n")); }),
                   {"c.xlsx", "not a readable .xlsx workbook"}));
  EXPECT_TRUE(
      says(message_of([&] { read_spreadsheet(write("c.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...")); }),
           {"c.xls", "old .xls", "save it as .xlsx"}));
  EXPECT_TRUE(
      says(message_of([&] { read_spreadsheet(folder() / "none.xlsx"); }), {"none.xlsx", "No such file"}));
}

TEST_F(Workbooks, RefusesMoreCellsThanTheFileHolds) {
  Row header;
  for (int i = 0; i < 5000; ++i) header.push_back(std::to_string(i) + "c");
  std::string rows = texts(header);
  for (int i = 0; i < 7000; ++i) rows += "<row><c><v>1</v></c></row>";
  EXPECT_TRUE(says(sheet_refusal(rows), {"7001 rows of 5000 columns", "CSV"}));
}

TEST_F(Workbooks, DelimitedTextIsReadByItself) {
  EXPECT_EQ(read_spreadsheet(write("t.csv", "a,b\n1,2\n")).rows, (Rows{{"1", "2"}}));
  EXPECT_EQ(read_spreadsheet(write("t.tsv", "a\tb\n1\t2\n")).rows, (Rows{{"1", "2"}}));
  // The tables of the Osteoarthritis Initiative have bars between their fields.
  EXPECT_EQ(read_spreadsheet(write("t.txt", "ID|SIDE|READPRJ\n9000099|1|15\n")).rows,
            (Rows{{"9000099", "1", "15"}}));
  EXPECT_TRUE(says(message_of([&] { read_spreadsheet(write("u.csv", "a\n"), "Data"); }),
                   {"u.csv", "no sheet \"Data\""}));
}

TEST(WorkbookNumbers, FormatsSayWhatIsADate) {
  for (const unsigned number : {14U, 15U, 16U, 17U, 22U, 27U, 57U}) {
    EXPECT_EQ(kind_of_built_in_format(number), NumberKind::date) << number;
  }
  for (const unsigned number : {18U, 21U, 45U, 47U}) {
    EXPECT_EQ(kind_of_built_in_format(number), NumberKind::time) << number;
  }
  for (const unsigned number : {0U, 2U, 13U, 37U, 49U, 163U}) {
    EXPECT_EQ(kind_of_built_in_format(number), NumberKind::number) << number;
  }
  EXPECT_EQ(kind_of_format_code("DD/MM/YYYY"), NumberKind::date);
  EXPECT_EQ(kind_of_format_code("mmm"), NumberKind::date);
  EXPECT_EQ(kind_of_format_code("d h:mm"), NumberKind::date);
  EXPECT_EQ(kind_of_format_code("h:mm AM/PM"), NumberKind::time);
  EXPECT_EQ(kind_of_format_code("mm:ss"), NumberKind::time);
  EXPECT_EQ(kind_of_format_code("0.00"), NumberKind::number);
  EXPECT_EQ(kind_of_format_code("[Red]0 \"days\"\\d_d*y"), NumberKind::number);
  EXPECT_EQ(kind_of_format_code("0\""), NumberKind::number);
  EXPECT_EQ(kind_of_format_code("0\\"), NumberKind::number);
}

TEST(WorkbookNumbers, AreWrittenInFewestDigits) {
  EXPECT_EQ(number_text("0.10000000000000001"), "0.1");
  EXPECT_EQ(number_text("1.0"), "1");
  EXPECT_EQ(number_text("-0"), "0");
  EXPECT_EQ(number_text("100000000000"), "100000000000");
  EXPECT_EQ(number_text("1E+30"), "1e+30");
  EXPECT_EQ(number_text("nan"), "nan");
  EXPECT_EQ(number_text("1e999"), "1e999");
  EXPECT_EQ(number_text("12 kg"), "12 kg");
}

TEST(WorkbookNumbers, DatesCountFromTheirEpoch) {
  // ECMA-376 part 1, 18.17.4.1 and .3: serial 2 is 1900-01-02; the 1904 system begins with 0. 59, 60 and 61
  // are the days around the 29 February 1900 that spreadsheets count.
  EXPECT_EQ(date_text("2", NumberKind::date, false), "1900-01-02");
  EXPECT_EQ(date_text("59", NumberKind::date, false), "1900-02-28");
  EXPECT_EQ(date_text("60", NumberKind::date, false), "1900-02-29");
  EXPECT_EQ(date_text("61", NumberKind::date, false), "1900-03-01");
  EXPECT_EQ(date_text("25569", NumberKind::date, false), "1970-01-01");
  EXPECT_EQ(date_text("2958465", NumberKind::date, false), "9999-12-31");
  EXPECT_EQ(date_text("2958466", NumberKind::date, false), "2958466");
  EXPECT_EQ(date_text("0", NumberKind::date, true), "1904-01-01");
  EXPECT_EQ(date_text("2957003", NumberKind::date, true), "9999-12-31");
  EXPECT_EQ(date_text("2957004", NumberKind::date, true), "2957004");
  EXPECT_EQ(date_text("-1", NumberKind::date, false), "-1");
  EXPECT_EQ(date_text("1e300", NumberKind::date, false), "1e+300");
  EXPECT_EQ(date_text("0.999999999", NumberKind::time, false), "1900-01-01");
  EXPECT_EQ(date_text("1.5", NumberKind::time, false), "1900-01-01 12:00:00");
  EXPECT_EQ(date_text("abc", NumberKind::date, false), "abc");
}

}  // namespace
}  // namespace fathom
