//! Lists as CSV. <https://www.rfc-editor.org/rfc/rfc4180>

use lambda_http::http::{
    HeaderValue,
    header::{CACHE_CONTROL, LINK},
};

use super::{Response, api::ApiRequest, response};
use crate::{Error, values::PhoneNumber};

/// A list as CSV that is written row by row.
#[derive(Debug)]
pub struct Writer(csv::Writer<Vec<u8>>);

impl Writer {
    /// A list whose first row names the columns.
    pub fn new(header: &[&str]) -> Result<Self, Error> {
        let mut rows = csv::Writer::from_writer(Vec::new());
        rows.write_record(header)?;
        Ok(Self(rows))
    }

    /// Writes one more row. A cell that a spreadsheet would take for a formula is led by an
    /// apostrophe. A phone number is none: other programs read it as it is.
    /// <https://owasp.org/www-community/attacks/CSV_Injection>
    pub fn row(&mut self, cells: &[String]) -> Result<(), Error> {
        Ok(self.0.write_record(cells.iter().map(|cell| {
            let is_number = cell.parse::<PhoneNumber>().is_ok();
            match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number {
                true => format!("'{cell}"),
                false => cell.clone(),
            }
        }))?)
    }

    /// How many bytes there are, but for the last row or so.
    pub fn len(&self) -> usize {
        self.0.get_ref().len()
    }

    /// Whether no row has been written yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// 200 with the rows; header `Link` says where there are more.
    pub fn response(self, request: &ApiRequest, next: Option<&str>) -> Result<Response, Error> {
        let rows = self.0.into_inner().map_err(|error| Error::internal(error.to_string()))?;
        let mut response = response(200, "text/csv; charset=utf-8", String::from_utf8(rows)?);
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(cursor) = next {
            let link = format!("<{}>; rel=\"next\"", request.next_url(cursor));
            response.headers_mut().insert(LINK, HeaderValue::try_from(link)?);
        }
        Ok(response)
    }
}
