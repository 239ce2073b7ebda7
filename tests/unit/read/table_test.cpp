#include "fathom/read/table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/read/array_files.h"

namespace fathom {
namespace {

namespace fs = std::filesystem;

using Row = std::vector<std::string>;

Table parse(const std::string& text) {
  return parse_table(text, "t.csv");
}
std::string refusal(const std::string& text) {
  return message_of([&] { parse(text); });
}

TEST(ParseTable, ReadsPlainRows) {
  const Table table = parse("path,label\na.png,cat\nb.png,dog\n");
  EXPECT_EQ(table.header, (Row{"path", "label"}));
  EXPECT_EQ(table.rows, (std::vector<Row>{{"a.png", "cat"}, {"b.png", "dog"}}));
  EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(table.column("label"), 1U);
}

TEST(ParseTable, QuotesFollowRfc4180) {
  // RFC 4180, section 2, rules 5 to 7: commas, line breaks and doubled quotes within quotes.
  const Table table = parse("path,label\r\n\"a,b.png\",\"say \"\"hi\"\"\"\r\n\"c\r\nd.png\",\"\"\r\ne,f");
  EXPECT_EQ(table.rows, (std::vector<Row>{{"a,b.png", "say \"hi\""}, {"c\r\nd.png", ""}, {"e", "f"}}));
  EXPECT_EQ(table.lines, (std::vector<std::size_t>{2, 3, 5}));
}

TEST(ParseTable, ByteOrderMarkLineEndsAndBlankLines) {
  const Table table = parse("\xef\xbb\xbfpath,label\r\n\r\na,1\n\nb,2\rc,3");
  EXPECT_EQ(table.header, (Row{"path", "label"}));
  EXPECT_EQ(table.rows, (std::vector<Row>{{"a", "1"}, {"b", "2"}, {"c", "3"}}));
}

TEST(ParseTable, FindsTheDelimiter) {
  EXPECT_EQ(parse("path;label;note, in words\na,b;c;d\n").rows, (std::vector<Row>{{"a,b", "c", "d"}}));
  EXPECT_EQ(parse("path\tlabel\na b\tc\n").rows, (std::vector<Row>{{"a b", "c"}}));
  EXPECT_EQ(parse("\"a;b;c\",label\nx,y\n").header, (Row{"a;b;c", "label"}));
  EXPECT_EQ(parse("path\na;b\n").rows, (std::vector<Row>{{"a;b"}}));
}

TEST(ParseTable, AcceptsTheRowNumbersOfPandas) {
  const Table table = parse(",path, label \n0,a.png,cat\n");
  EXPECT_EQ(table.header, (Row{"", "path", "label"}));
}

// The reader holds blocks of 2^20 bytes.
TEST(ParseTable, RowsMayLieAcrossTheBlocksThatAreHeld) {
  constexpr std::size_t block = std::size_t{1} << 20;
  const auto text_of = [](std::size_t i) {
    return std::string(i * 7919 % 4000, static_cast<char>('a' + i % 26));
  };
  std::string text = "number,text\r\n";
  for (std::size_t i = 0; text.size() < 3 * block; ++i) {
    text += std::to_string(i) + ",\"" + text_of(i) + "\r\n\"\"" + text_of(i + 1) + "\"\r\n\r\n";
  }
  const Table table = parse(text);
  ASSERT_GT(table.rows.size(), 700U);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    ASSERT_EQ(table.rows[i], (Row{std::to_string(i), text_of(i) + "\r\n\"" + text_of(i + 1)}));
    ASSERT_EQ(table.lines[i], 2 + 3 * i);
  }
  // A line end whose two characters are in two blocks is one.
  const std::string header = "a,b\r\n";
  const std::string row = std::string(block - header.size() - 3, 'x') + ",1\r\n";
  ASSERT_EQ((header + row)[block - 1], '\r');
  EXPECT_EQ(parse(header + row + "y,2\r\n").lines, (std::vector<std::size_t>{2, 3}));
  EXPECT_TRUE(says(refusal(header + row + "y,2,3"), {"t.csv:3: 3 fields where the header has 2"}));
}

TEST(ParseTable, NamesTheLineOfWhatIsWrong) {
  EXPECT_TRUE(says(refusal(""), {"t.csv: is empty"}));
  EXPECT_TRUE(says(refusal("\xef\xbb\xbf\r\n\n"), {"is empty"}));
  EXPECT_TRUE(says(refusal("a,b\n1,2\n\"3,4\n5,6\n"), {"t.csv:3", "never closes"}));
  EXPECT_TRUE(says(refusal("a,b\n\"1\"x,2\n"), {"t.csv:2", "follows a closing quote"}));
  EXPECT_TRUE(says(refusal("a,b\n\"x\ny\",2\n1,2,3\n"), {"t.csv:4", "3 fields where the header has 2"}));
  EXPECT_TRUE(says(refusal("a,b\n1\n"), {"t.csv:2", "1 fields"}));
  EXPECT_TRUE(says(refusal("a,a\n1,2\n"), {"t.csv:1", "two columns are named \"a\""}));
  EXPECT_TRUE(says(refusal("a,b,\n1,2,\n"), {"t.csv:1", "column 3 has no name"}));
  EXPECT_TRUE(says(refusal(std::string("a,b\n1,\0\n", 8)), {"t.csv:2", "NUL"}));
  EXPECT_TRUE(says(message_of([] { parse("a,b\n1,2\n").column("c"); }), {"no column \"c\"", "\"a\", \"b\""}));
}

class TableOfImages : public ArrayFiles {
 protected:
  TableOfImages() {
    for (const char* name : {"img/a.png", "img/b.png", "img/sub/c.png"}) write(name, "");
  }
  DataSet manifest(const std::string& text, const ReadOptions& options = {}) const {
    return open_table(write("list.csv", text), folder(), options);
  }
  std::string manifest_refusal(const std::string& text, const ReadOptions& options = {}) const {
    return message_of([&] { manifest(text, options); });
  }
  static std::vector<std::string> paths(const DataSet& data) {
    std::vector<std::string> result;
    for (const Record& record : data.records) result.push_back(record.path);
    return result;
  }
  static std::vector<int> labels(const DataSet& data, std::size_t column = 0) {
    std::vector<int> result;
    for (const Record& record : data.records) result.push_back(record.labels.at(column));
    return result;
  }
};

TEST_F(TableOfImages, OrdersByPathAndKeepsRowsWhole) {
  const DataSet data = manifest("label,path\ndog,img/sub/c.png\ncat,img/b.png\ndog,img/a.png\n");
  EXPECT_EQ(paths(data), (Row{"img/a.png", "img/b.png", "img/sub/c.png"}));
  EXPECT_EQ(labels(data), (std::vector<int>{1, 0, 1}));
  ASSERT_EQ(data.label_columns.size(), 1U);
  EXPECT_EQ(data.label_columns[0].name, "label");
  EXPECT_EQ(data.label_columns[0].classes, (Row{"cat", "dog"}));
  EXPECT_EQ(data.format, "table");
  EXPECT_EQ(data.name, "list.csv");
  // All files are empty; what is told apart is that each record finds its own.
  EXPECT_THROW(data.pixels->read(data.records[0].source), ImageError);
}

TEST_F(TableOfImages, NumbersSortAsNumbers) {
  const DataSet data = manifest("path,class\nimg/a.png,10\nimg/b.png, 2.0\nimg/sub/c.png,2\n");
  EXPECT_EQ(data.label_columns[0].classes, (Row{"2", "10"}));
  EXPECT_EQ(labels(data), (std::vector<int>{1, 0, 0}));
  const DataSet words = manifest("path,class\nimg/a.png,10\nimg/b.png,9\nimg/sub/c.png,b\n");
  EXPECT_EQ(words.label_columns[0].classes, (Row{"10", "9", "b"}));
  const DataSet signs = manifest("path,class\nimg/a.png,1.0\nimg/b.png,-1.0\nimg/sub/c.png,0.5\n");
  EXPECT_EQ(signs.label_columns[0].classes, (Row{"-1", "0.5", "1"}));
}

TEST_F(TableOfImages, SeveralLabelColumns) {
  ReadOptions options;
  options.label_columns = {"edema", "sex"};
  options.path_column = "Image Index";
  const DataSet data =
      manifest("Image Index,sex,edema\nimg/a.png,F,0\nimg/b.png,M,1\nimg/sub/c.png,F,1\n", options);
  ASSERT_EQ(data.label_columns.size(), 2U);
  EXPECT_EQ(data.label_columns[0].name, "edema");
  EXPECT_EQ(labels(data, 0), (std::vector<int>{0, 1, 1}));
  EXPECT_EQ(labels(data, 1), (std::vector<int>{0, 1, 0}));
  options.label_columns = {"edema", "edema"};
  EXPECT_THROW(manifest("Image Index,edema\nimg/a.png,0\n", options), UsageError);
  options.label_columns = {"oedema"};
  EXPECT_TRUE(says(manifest_refusal("Image Index,edema\nimg/a.png,0\n", options),
                   {"no column \"oedema\"", "\"edema\""}));
}

TEST_F(TableOfImages, SplitsAndGroups) {
  ReadOptions options;
  options.split_column = "fold";
  options.group_column = "patient";
  const DataSet data = manifest(
      "path,fold,patient\nimg/sub/c.png,TEST,p9\nimg/b.png,Training,p1\nimg/a.png,valid,p9\n", options);
  EXPECT_EQ(data.records[0].split, Split::validation);
  EXPECT_EQ(data.records[1].split, Split::train);
  EXPECT_EQ(data.records[2].split, Split::test);
  EXPECT_EQ(data.records[0].group, 0U);
  EXPECT_EQ(data.records[1].group, 1U);
  EXPECT_EQ(data.records[2].group, 0U);
  EXPECT_TRUE(data.label_columns.empty());
  EXPECT_TRUE(says(manifest_refusal("path,fold,patient\nimg/a.png,train,1\nimg/b.png,fold3,1\n", options),
                   {"list.csv:3", "\"fold3\"", "validation"}));
  const DataSet gap = manifest("path,fold,patient\nimg/a.png,train,\nimg/b.png,train,7\n", options);
  EXPECT_FALSE(gap.records[0].group.has_value());
  EXPECT_EQ(gap.notes.size(), 2U);
}

TEST_F(TableOfImages, MissingImagesAreNamed) {
  EXPECT_TRUE(says(manifest_refusal("path,label\nimg/a.png,1\nimg/x.png,1\n"),
                   {"list.csv:3", "\"img/x.png\" does not exist", folder().string()}));
  std::string many = "path,label\nimg/a.png,1\n";
  for (int i = 0; i < 20; ++i) many += "img/missing" + std::to_string(i) + ".png,1\n";
  EXPECT_TRUE(says(manifest_refusal(many),
                   {"list.csv:3", "missing0.png", "20 such rows", "line 4", "missing3.png", "..."}));
  EXPECT_TRUE(says(manifest_refusal("path,label\nimg/sub,1\n"), {"\"img/sub\" is a folder"}));
}

TEST_F(TableOfImages, MissingLabelsAreNamed) {
  for (const char* missing : {"", "  ", "nan", "NaN", "NA", "N/A"}) {
    EXPECT_TRUE(says(manifest_refusal("path,label\nimg/a.png,1\nimg/b.png," + std::string(missing) + "\n"),
                     {"list.csv:3", "no label for \"img/b.png\""}))
        << missing;
  }
  EXPECT_EQ(manifest("path,label\nimg/a.png,none\nimg/b.png,null\n").label_columns[0].classes,
            (Row{"none", "null"}));
}

TEST_F(TableOfImages, RepeatedAndEmptyPathsAreNamed) {
  EXPECT_TRUE(says(manifest_refusal("path,label\nimg/a.png,1\nimg/b.png,1\nimg/./sub/../a.png,1\n"),
                   {"list.csv:4", "already given in line 2"}));
  EXPECT_TRUE(says(manifest_refusal("path,label\nimg/a.png,1\n,1\n"), {"list.csv:3", "path is missing"}));
  EXPECT_TRUE(says(manifest_refusal("photo,label\nimg/a.png,1\n"),
                   {"no column path, file", "\"photo\"", "--path-column"}));
  EXPECT_TRUE(says(manifest_refusal("path,label\n"), {"no rows"}));
}

TEST_F(TableOfImages, AbsoluteAndUpwardPathsStayAsWritten) {
  const std::string absolute = (folder() / "img/b.png").string();
  const DataSet data = manifest("FileName,Target\nimg/sub/../a.png,1\n" + absolute + ",0\n");
  EXPECT_EQ(paths(data), (Row{absolute, "img/sub/../a.png"}));
  EXPECT_EQ(labels(data), (std::vector<int>{0, 1}));
}

TEST_F(TableOfImages, LabelsBesideAFolder) {
  ReadOptions options;
  options.labels = write("labels.csv", "path,label\nb.png,x\nsub/c.png,y\n");
  const DataSet data = open_data_set(folder() / "img", options);
  EXPECT_EQ(data.format, "table");
  EXPECT_EQ(data.name, "img");
  EXPECT_EQ(paths(data), (Row{"b.png", "sub/c.png"}));
  ASSERT_EQ(data.notes.size(), 1U);
  EXPECT_TRUE(says(data.notes[0], {"1 images", "no row"}));
  options.labels = write("labels.csv", "path,kind\nb.png,x\n");
  EXPECT_TRUE(
      says(message_of([&] { open_data_set(folder() / "img", options); }), {"labels.csv", "--label-column"}));
}

TEST_F(TableOfImages, MessagesStayOnOneLine) {
  EXPECT_TRUE(
      says(manifest_refusal("path,label\n\"a\nb\x1b[0m.png\",1\n"), {"\"a?b?[0m.png\" does not exist"}));
}

}  // namespace
}  // namespace fathom
